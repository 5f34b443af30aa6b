'use client';

import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useInsertionEffect, useState, type ReactNode } from 'react';
import { RequestError } from '../api.ts';
import { cssVariables, theme } from './theme.ts';

/** Rows are kept current by the live connection, so nothing is fetched again for being old. */
function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        networkMode: 'always',
        retry: (failures, error) =>
          failures < 2 && !(error instanceof RequestError && error.status >= 400 && error.status < 500),
        retryDelay: (failures) => 300 * 2 ** failures,
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** What every page works with: theme and query cache. `nonce`: what the policy of this page knows its styles by. */
export function Providers({ nonce: given, children }: { nonce: string; children: ReactNode }) {
  // What is rendered later comes with another nonce, but the policy is that of the document.
  const [nonce] = useState(given);
  useNonceOfLibraries(nonce);
  const [queries] = useState(createQueries);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </MantineProvider>
  );
}

/** The name under which libraries that write style elements look for the nonce: Mantine's dialogs lock scrolling so. */
function useNonceOfLibraries(nonce: string): void {
  useInsertionEffect(() => {
    Object.assign(globalThis, { __webpack_nonce__: nonce });
  }, [nonce]);
}
