import type { Services } from '#core/services.ts';
import { pruneAnswers } from '#core/database/idempotency.ts';
import type { Unfinished } from '../limits/unfinished.ts';
import { sweepLeftovers } from './leftovers.ts';
import type { UploadLocks } from './locks.ts';
import { parseInfo, type UploadStore } from './tus-store.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** How long an upload may rest before it counts as abandoned: one that can be resumed, and one that cannot. */
const restMs = { resumable: day, other: hour };
/** How long the answer to an Idempotency-Key is kept. */
const answerMs = 7 * day;

export interface Uploads {
  store: UploadStore;
  locks: UploadLocks;
  unfinished: Unfinished;
}

/** Sweeps now and every hour until stopped; what fails is logged, and tried again the next time. */
export function startSweep(services: Services, uploads: Uploads): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const once = (): Promise<void> =>
    sweep(services, uploads, stopping.signal).catch((error: unknown) =>
      services.log.warn({ err: error }, 'the sweep was cut short'),
    );
  let running = once();
  const timer = setInterval(() => (running = running.then(once)), hour).unref();
  return {
    stop: () => {
      stopping.abort();
      clearInterval(timer);
      return running;
    },
  };
}

/** Brings storage and database together again after whatever died. Each step is safe while requests are served. */
export async function sweep(
  services: Services,
  uploads: Uploads,
  signal = new AbortController().signal,
): Promise<void> {
  await sweepUploads(services, uploads, signal);
  await sweepLeftovers(services, signal);
  const before = new Date(Date.now() - answerMs).toISOString();
  await services.database.write((trx) => pruneAnswers(trx, before));
}

/** Complete uploads are accepted, since nobody else may come to ask for them; abandoned ones are discarded. */
async function sweepUploads(
  { storage, log }: Services,
  { store, locks, unfinished }: Uploads,
  signal: AbortSignal,
): Promise<void> {
  const comparison = unfinished.compare();
  for await (const { id, touched } of storage.uploads()) {
    if (signal.aborted) return;
    const upload = await storage.upload(id);
    const info = upload && parseInfo(upload.info);
    const rested = Date.now() - touched;
    if (info && upload.size === info.length) {
      await locks
        .hold(id, () => store.settle(id))
        .catch((error: unknown) => {
          log.info({ err: error, upload: id }, 'a complete upload was not accepted');
        });
    } else if (rested > (info ? restMs.resumable : restMs.other)) {
      await locks.hold(id, () => store.discard(id));
      log.info({ upload: id }, 'an abandoned upload was discarded');
    } else if (info) {
      comparison.found(id, { userId: info.user_id, bytes: info.length });
    }
  }
  comparison.finish();
}
