import type { Metadata } from 'next';
import { NothingHere } from '../../components/shell/nothing-here.tsx';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return <NothingHere title="There is no such page" detail="The address may be mistyped, or what was here is gone." />;
}
