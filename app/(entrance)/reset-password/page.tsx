import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ResetPassword } from '../../../components/account/reset-password.tsx';

export const metadata: Metadata = { title: 'Choose a password' };

export default function ResetPasswordPage() {
  return (
    <Suspense>
      <ResetPassword />
    </Suspense>
  );
}
