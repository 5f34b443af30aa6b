import type { Metadata } from 'next';
import { Suspense } from 'react';
import { SetUp } from '../../../components/account/set-up.tsx';

export const metadata: Metadata = { title: 'Set up' };

export default function SetUpPage() {
  return (
    <Suspense>
      <SetUp />
    </Suspense>
  );
}
