import { sql, type Compilable } from 'kysely';
import type { Config } from '../config.ts';
import { DarkroomError } from '../errors.ts';
import type { Reader, Writer } from './database.ts';
import { chunksOf } from './statements.ts';

/** A number of pictures, and of the bytes they came with. Pictures of the same bytes count them each. */
export interface Amount {
  images: number;
  bytes: number;
}

/** What a person may keep in all, and what is left of it; Infinity where nothing is set. */
export interface Allowance {
  quota: Amount;
  left: Amount;
}

type QuotaSettings = Pick<Config, 'QUOTA_IMAGES' | 'QUOTA_BYTES'>;

/**
 * What the person may keep: what is set for them, else what is set for all. In a write transaction it is exact. Throws
 * `forbidden` for who is disabled: an upload that began before brings them nothing.
 */
export async function allowanceOf(db: Reader, userId: string, settings: QuotaSettings): Promise<Allowance> {
  const [own, used] = await Promise.all([
    db
      .selectFrom('users')
      .select(['quota_images', 'quota_bytes', 'disabled_at'])
      .where('id', '=', userId)
      .executeTakeFirst(),
    db.selectFrom('usage').select(['images', 'bytes']).where('user_id', '=', userId).executeTakeFirst(),
  ]);
  if (own?.disabled_at) throw new DarkroomError('forbidden', 'This account is disabled: ask an admin.');
  const quota = {
    images: own?.quota_images ?? settings.QUOTA_IMAGES ?? Infinity,
    bytes: own?.quota_bytes ?? settings.QUOTA_BYTES ?? Infinity,
  };
  const left = { images: quota.images - (used?.images ?? 0), bytes: quota.bytes - (used?.bytes ?? 0) };
  return { quota, left };
}

/** Those of the items, in their order, that there is room for together; and those that there is not. */
export function splitByRoom<T>(items: T[], left: Amount, bytesOf: (item: T) => number): { fitting: T[]; over: T[] } {
  let { images, bytes } = left;
  const fitting: T[] = [];
  const over: T[] = [];
  for (const item of items) {
    const fits = images >= 1 && bytes >= bytesOf(item);
    (fits ? fitting : over).push(item);
    if (!fits) continue;
    images -= 1;
    bytes -= bytesOf(item);
  }
  return { fitting, over };
}

/** What is added to, or (negative) taken from, what each person keeps. */
export class UsageChanges {
  readonly #changes = new Map<string, { user_id: string; images: number; bytes: number }>();

  add(userId: string, { images, bytes }: Amount): void {
    const change = this.#changes.get(userId) ?? { user_id: userId, images: 0, bytes: 0 };
    this.#changes.set(userId, { user_id: userId, images: change.images + images, bytes: change.bytes + bytes });
  }

  /** Whoever's transaction adds or removes images runs these in it: so the usage is always that of the rows. */
  upserts(trx: Writer): Compilable[] {
    return chunksOf([...this.#changes.values()]).map((chunk) =>
      trx
        .insertInto('usage')
        .values(chunk)
        .onConflict((conflict) =>
          conflict
            .column('user_id')
            .doUpdateSet({ images: sql`usage.images + excluded.images`, bytes: sql`usage.bytes + excluded.bytes` }),
        ),
    );
  }
}
