import type { Amount } from '#core/database/usage.ts';
import { DarkroomError } from '#core/errors.ts';

/** Resumable uploads that one person may have begun and not finished. */
const mostUploads = 2000;
/** Seconds after which it is worth to try again: others of the person's uploads may be finished then. */
const retryAfter = 60;

interface Upload {
  userId: string;
  /** Resumable: it stays when the request that brings it ends. */
  isResumable: boolean;
  bytes: number;
}

/**
 * What has been begun and is not accepted, so that nobody fills the disk with beginnings: so many resumable uploads of
 * each person, and in all no more bytes than their quota once more. Kept in memory; the sweep, which looks at all there
 * is, brings it up to date with what other processes did.
 */
export class Unfinished {
  readonly #most: number;
  readonly #uploads = new Map<string, Upload>();
  readonly #totals = new Map<string, Amount>();

  constructor(most = mostUploads) {
    this.#most = most;
  }

  /** Throws `too_many_uploads`. */
  begin(id: string, { userId, bytes }: { userId: string; bytes: number }, quota: Amount): void {
    const total = this.#totalOf(userId);
    if (total.images >= this.#most) {
      throw tooMany(`${this.#most} unfinished uploads are all there may be: finish some, or delete them.`);
    }
    if (total.bytes + bytes > quota.bytes) {
      throw tooMany('The unfinished uploads are as large as the quota: finish some, or delete them.');
    }
    this.#set(id, { userId, bytes, isResumable: true });
  }

  /** What a form brings, counted as it comes. False, and not counted, where that is more than there may be. */
  grow(id: string, { userId, bytes }: { userId: string; bytes: number }, quota: Amount): boolean {
    if (this.#totalOf(userId).bytes + bytes > quota.bytes) return false;
    this.#set(id, { userId, isResumable: false, bytes: (this.#uploads.get(id)?.bytes ?? 0) + bytes });
    return true;
  }

  /** It is accepted, refused or given up. */
  end(id: string): void {
    const upload = this.#uploads.get(id);
    if (!upload) return;
    this.#uploads.delete(id);
    this.#add(upload, -1);
  }

  /** Starts to compare with what is stored: `found` for each resumable upload there is, and at the end `finish`. */
  compare(): { found(id: string, upload: { userId: string; bytes: number }): void; finish(): void } {
    const unseen = new Set([...this.#uploads].filter(([, { isResumable }]) => isResumable).map(([id]) => id));
    return {
      found: (id, upload) => {
        unseen.delete(id);
        this.#set(id, { ...upload, isResumable: true });
      },
      finish: () => {
        for (const id of unseen) this.end(id);
      },
    };
  }

  #set(id: string, upload: Upload): void {
    this.end(id);
    this.#uploads.set(id, upload);
    this.#add(upload, 1);
  }

  #add({ userId, bytes, isResumable }: Upload, sign: 1 | -1): void {
    const total = this.#totalOf(userId);
    const images = total.images + (isResumable ? sign : 0);
    const sum = total.bytes + sign * bytes;
    if (images === 0 && sum === 0) this.#totals.delete(userId);
    else this.#totals.set(userId, { images, bytes: sum });
  }

  #totalOf(userId: string): Amount {
    return this.#totals.get(userId) ?? { images: 0, bytes: 0 };
  }
}

function tooMany(detail: string): DarkroomError {
  return new DarkroomError('too_many_uploads', detail, { retryAfter });
}
