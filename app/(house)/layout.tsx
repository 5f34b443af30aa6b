import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { signedInFrom, userHeader } from '../../components/account/signed-in.ts';
import { House } from '../../components/shell/house.tsx';

/** The pages for who is signed in. The server leads everybody else to the sign-in before it comes to this. */
export default async function HouseLayout({ children }: { children: ReactNode }) {
  const me = signedInFrom((await headers()).get(userHeader));
  if (!me) redirect('/sign-in');
  return <House me={me}>{children}</House>;
}
