'use client';

import { ago, duration, moment } from './format.ts';
import { useNow } from './now.ts';

/** How long something took, or has taken so far where it is not over. */
export function Elapsed({ from, to }: { from: string; to: string | null }) {
  return to === null ? <Running from={from} /> : <>{duration(Date.parse(to) - Date.parse(from))}</>;
}

function Running({ from }: { from: string }) {
  const seconds = Math.max(0, Math.floor((useNow() - Date.parse(from)) / 1000));
  return <>{seconds === 0 ? '0 s' : duration(seconds * 1000)}</>;
}

/** "4 min ago", with the moment itself in its title. */
export function Ago({ at }: { at: string }) {
  const now = useNow(15_000);
  return (
    <time dateTime={at} title={moment(at)}>
      {ago(at, now)}
    </time>
  );
}
