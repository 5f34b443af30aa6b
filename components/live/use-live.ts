'use client';

import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Live, LiveState } from './live.ts';

export const LiveContext = createContext<Live | null>(null);

/** The live connection; null while the page is rendered on the server and at the very start. */
export function useLive(): Live | null {
  return useContext(LiveContext);
}

const starting: LiveState = { word: 'catching-up' };
const never = () => () => {};

/** Live, catching up, or offline since when. */
export function useLiveState(): LiveState {
  const live = useLive();
  return useSyncExternalStore(live?.watch ?? never, live?.state ?? (() => starting), () => starting);
}
