'use client';

import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useInsertionEffect, useState, type ReactNode } from 'react';
import { RequestError } from '../api.ts';
import { startLive, type Live } from '../live/live.ts';
import { LiveContext } from '../live/use-live.ts';
import { openKeptFiles } from '../upload/kept-files.ts';
import { createUploadQueue, type UploadQueue } from '../upload/queue.ts';
import { loadSender, startTransfer } from '../upload/transfer.ts';
import { UploadContext } from '../upload/use-uploads.ts';
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

/** What every page works with: theme, query cache, live connection, upload queue. `nonce`: for its style elements. */
export function Providers({ nonce: given, children }: { nonce: string; children: ReactNode }) {
  // What is rendered later comes with another nonce, but the policy is that of the document.
  const [nonce] = useState(given);
  useNonceOfLibraries(nonce);
  const [queries] = useState(createQueries);
  const live = useConnection(queries);
  const queue = useUploads(live);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <LiveContext value={live}>
          <UploadContext value={queue}>{children}</UploadContext>
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** One connection for the life of the page. */
function useConnection(queries: QueryClient): Live | null {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const started = startLive(queries);
    // It lives in the browser only: what the server renders, and the first render here, are without it.
    // oxlint-disable-next-line react/set-state-in-effect
    setLive(started);
    return () => started.close();
  }, [queries]);
  return live;
}

function useUploads(live: Live | null): UploadQueue | null {
  const [queue, setQueue] = useState<UploadQueue | null>(null);
  useEffect(() => {
    const created = createUploadQueue({ transfer: startTransfer, kept: openKeptFiles() });
    void created.restore();
    loadSender().catch(() => {});
    // It lives in the browser only: what the server renders, and the first render here, are without it.
    // oxlint-disable-next-line react/set-state-in-effect
    setQueue(created);
    const warn = (event: BeforeUnloadEvent) => {
      if (!created.view().survivesReload) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
      created.close();
    };
  }, []);
  // What stopped for want of a connection goes on when there is one.
  useEffect(() => {
    if (!live || !queue) return;
    return live.watch(() => live.state().word === 'live' && queue.retryStopped());
  }, [live, queue]);
  return queue;
}

/** The name under which libraries that write style elements look for the nonce: Mantine's dialogs lock scrolling so. */
function useNonceOfLibraries(nonce: string): void {
  useInsertionEffect(() => {
    Object.assign(globalThis, { __webpack_nonce__: nonce });
  }, [nonce]);
}
