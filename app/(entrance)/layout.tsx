import type { ReactNode } from 'react';
import { EntranceFrame } from '../../components/account/entrance-frame.tsx';

/** The pages for who is not signed in: no live connection, nothing of the house around them. */
export default function EntranceLayout({ children }: { children: ReactNode }) {
  return <EntranceFrame>{children}</EntranceFrame>;
}
