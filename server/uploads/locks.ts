import type { Lock, Locker } from '@tus/server';
import { DarkroomError } from '#core/errors.ts';

const patienceMs = 15_000;

interface Holder {
  giveUp: () => void;
  released: Promise<void>;
  release: () => void;
}

/**
 * One request at a time for each upload. Who waits asks the holder to give up, so that a connection which is only half
 * gone does not keep its own successor out; who waits too long gets `upload_locked`.
 */
export class UploadLocks implements Locker {
  readonly #holders = new Map<string, Holder>();

  newLock(id: string): Lock {
    let held: Holder | null = null;
    return {
      lock: async (signal, giveUp) => {
        held = await this.#take(id, signal, () => void giveUp());
      },
      unlock: async () => {
        this.#holders.delete(id);
        held?.release();
      },
    };
  }

  /** Holds the lock for as long as the work takes. */
  async hold<T>(id: string, work: () => Promise<T>): Promise<T> {
    const lock = this.newLock(id);
    await lock.lock(new AbortController().signal, () => {});
    try {
      return await work();
    } finally {
      await lock.unlock();
    }
  }

  async #take(id: string, signal: AbortSignal, giveUp: () => void): Promise<Holder> {
    const ended = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    for (let holder = this.#holders.get(id); holder; holder = this.#holders.get(id)) {
      holder.giveUp();
      await releasedOrEnded(holder, ended);
    }
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const taken = { giveUp, released, release };
    this.#holders.set(id, taken);
    return taken;
  }
}

async function releasedOrEnded(holder: Holder, ended: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onEnd = (): void => reject(new DarkroomError('upload_locked', 'Another request is adding to this upload.'));
  ended.addEventListener('abort', onEnd, { once: true });
  if (ended.aborted) onEnd();
  try {
    await Promise.race([holder.released, promise]);
  } finally {
    ended.removeEventListener('abort', onEnd);
  }
}
