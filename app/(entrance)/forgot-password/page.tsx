import type { Metadata } from 'next';
import { Suspense } from 'react';
import { ForgotPassword } from '../../../components/account/forgot-password.tsx';

export const metadata: Metadata = { title: 'Forgot password' };

export default function ForgotPasswordPage() {
  return (
    <Suspense>
      <ForgotPassword />
    </Suspense>
  );
}
