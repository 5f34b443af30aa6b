'use client';

import { useSyncExternalStore } from 'react';

const watchers = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

/** One clock for the whole page, however many rows show a time that runs. */
function watch(changed: () => void): () => void {
  watchers.add(changed);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of watchers) each();
  }, 1000);
  return () => {
    watchers.delete(changed);
    if (watchers.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/** The time, to the second, or in coarser steps: a component renders again only when its step is over. */
export function useNow(stepMs = 1000): number {
  return useSyncExternalStore(
    watch,
    () => Math.floor(now / stepMs) * stepMs,
    () => 0,
  );
}
