'use client';

import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { MeContext } from '../account/me.tsx';
import type { SignedIn } from '../account/signed-in.ts';
import { startLive, type Live, type LiveScope } from '../live/live.ts';
import { LiveContext } from '../live/use-live.ts';
import { openKeptFiles } from '../upload/kept-files.ts';
import { createUploadQueue, type UploadQueue } from '../upload/queue.ts';
import { loadSender, startTransfer } from '../upload/transfer.ts';
import { UploadContext } from '../upload/use-uploads.ts';
import { Shell } from './shell.tsx';

/** What a person who is signed in has on every page: live connection, upload queue, and what surrounds the page. */
export function House({ me, children }: { me: SignedIn; children: ReactNode }) {
  const live = useConnection(useQueryClient(), me.abilities.includes('operate') ? 'all' : 'mine');
  const queue = useUploads(live, me.abilities.includes('upload') ? me.id : null);
  return (
    <MeContext value={me}>
      <LiveContext value={live}>
        <UploadContext value={queue}>
          <Shell>{children}</Shell>
        </UploadContext>
      </LiveContext>
    </MeContext>
  );
}

/** One connection for the life of the page. */
function useConnection(queries: QueryClient, scope: LiveScope): Live | null {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const started = startLive(queries, { scope });
    // It lives in the browser only: what the server renders, and the first render here, are without it.
    // oxlint-disable-next-line react/set-state-in-effect
    setLive(started);
    return () => started.close();
  }, [queries, scope]);
  return live;
}

/** The queue of one person: what another has left unsent in this browser is not theirs. Null for who may not upload. */
function useUploads(live: Live | null, personId: string | null): UploadQueue | null {
  const [queue, setQueue] = useState<UploadQueue | null>(null);
  useEffect(() => {
    if (personId === null) return;
    const created = createUploadQueue({ transfer: startTransfer, kept: openKeptFiles(personId) });
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
  }, [personId]);
  // What stopped for want of a connection goes on when there is one.
  useEffect(() => {
    if (!live || !queue) return;
    return live.watch(() => live.state().word === 'live' && queue.retryStopped());
  }, [live, queue]);
  return queue;
}
