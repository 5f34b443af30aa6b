'use client';

import { createContext, useContext } from 'react';
import type { Ability } from '../../core/domain/access.ts';
import type { SignedIn } from './signed-in.ts';

export const MeContext = createContext<SignedIn | null>(null);

/** Who is signed in. Only for what stands inside `House`: nobody gets there without. */
export function useMe(): SignedIn {
  const me = useContext(MeContext);
  if (!me) throw new Error('Nobody is signed in here.');
  return me;
}

/** Whether who is signed in may do this. The server checks it again. */
export function useMay(ability: Ability): boolean {
  return useMe().abilities.includes(ability);
}
