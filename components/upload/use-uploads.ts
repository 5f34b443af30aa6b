'use client';

import { createContext, useContext, useSyncExternalStore } from 'react';
import { totalsOf } from './totals.ts';
import type { QueueView, UploadQueue } from './queue.ts';

export const UploadContext = createContext<UploadQueue | null>(null);

const nothing: QueueView = { totals: totalsOf([]), secondsLeft: null, shown: [], survivesReload: true };
const never = () => () => {};

/** The upload queue; null while the page is rendered on the server and at the very start. */
export function useUploadQueue(): UploadQueue | null {
  return useContext(UploadContext);
}

/** What the queue shows now. */
export function useUploads(): QueueView {
  const queue = useUploadQueue();
  return useSyncExternalStore(queue?.watch ?? never, queue?.view ?? (() => nothing), () => nothing);
}
