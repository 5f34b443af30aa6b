'use client';

import { useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';

/** The one-time token that the link brought; it does not stay in the address, nor in the history. */
export function useToken(): string {
  const query = useSearchParams();
  const [token] = useState(() => query.get('token') ?? '');
  useEffect(() => window.history.replaceState(null, '', location.pathname), []);
  return token;
}
