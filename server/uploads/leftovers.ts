import type { Reader } from '#core/database/database.ts';
import { blobKey, derivativesFolder } from '#core/domain/image.ts';
import { isTerminal } from '#core/domain/task.ts';
import type { Services } from '#core/services.ts';

type Parts = Pick<Services, 'database' | 'storage'>;

/** Keys that rows account for. What is stored without its row is a leftover. */
interface Kind {
  prefix: string;
  /** What the row is found by, or null for a key that is not of this kind. */
  ownerOf: (key: string) => string | null;
  /** Those that have their row. */
  owners: (db: Reader, owners: string[]) => Promise<Set<string>>;
  remove: (parts: Parts, key: string, owner: string) => Promise<void>;
}

const batchSize = 500;

/** Blobs of a promise that was not kept or of a deletion cut short. */
const blobs: Kind = {
  prefix: 'blobs/',
  ownerOf: (key) => /^blobs\/..\/([0-9a-f]{64})$/.exec(key)?.[1] ?? null,
  owners: async (db, sha256s) => {
    const rows = await db.selectFrom('blobs').select('sha256').where('sha256', 'in', sha256s).execute();
    return new Set(rows.map(({ sha256 }) => sha256));
  },
  remove: (parts, _key, sha256) => removeUnusedBlob(parts, sha256),
};

/** Derivatives of images that are gone: a worker may finish one after its image was deleted. */
const derivatives: Kind = {
  prefix: 'derivatives/',
  ownerOf: (key) => /^derivatives\/([^/]+)\//.exec(key)?.[1] ?? null,
  owners: async (db, ids) => {
    const rows = await db.selectFrom('images').select('id').where('id', 'in', ids).execute();
    return new Set(rows.map(({ id }) => id));
  },
  remove: ({ storage }, key) => storage.delete(key),
};

/** Marks of runs that are over, whose worker died before it removed them. */
const marks: Kind = {
  prefix: 'marks/',
  ownerOf: (key) => /^marks\/([0-9a-f-]{36}-\d+)$/.exec(key)?.[1] ?? null,
  owners: async (db, runs) => {
    const ids = [...new Set(runs.map((run) => run.slice(0, 36)))];
    const rows = await db.selectFrom('tasks').select(['id', 'run', 'status']).where('id', 'in', ids).execute();
    const going = new Map(rows.flatMap(({ id, run, status }) => (isTerminal(status) ? [] : [[id, run]])));
    return new Set(runs.filter((run) => Number(run.slice(37)) >= (going.get(run.slice(0, 36)) ?? Infinity)));
  },
  remove: ({ storage }, key) => storage.delete(key),
};

/** Removes what is stored and belongs to nothing. */
export async function sweepLeftovers(parts: Parts, signal: AbortSignal): Promise<void> {
  for (const kind of [blobs, derivatives, marks]) {
    let batch: { key: string; owner: string }[] = [];
    for await (const key of parts.storage.list(kind.prefix)) {
      if (signal.aborted) return;
      const owner = kind.ownerOf(key);
      if (owner !== null) batch.push({ key, owner });
      if (batch.length < batchSize) continue;
      await sweepBatch(parts, kind, batch);
      batch = [];
    }
    await sweepBatch(parts, kind, batch);
  }
}

async function sweepBatch(parts: Parts, kind: Kind, batch: { key: string; owner: string }[]): Promise<void> {
  if (batch.length === 0) return;
  const owners = [...new Set(batch.map(({ owner }) => owner))];
  const known = await parts.database.read((db) => kind.owners(db, owners));
  for (const { key, owner } of batch) if (!known.has(owner)) await kind.remove(parts, key, owner);
}

/** Deletes the bytes unless some image has them: in a write transaction, so that none is accepted meanwhile. */
export async function removeUnusedBlob({ database, storage }: Parts, sha256: string): Promise<void> {
  await database.write(async (trx) => {
    const used = await trx.selectFrom('blobs').select('refs').where('sha256', '=', sha256).executeTakeFirst();
    if (!used) await storage.delete(blobKey(sha256));
  });
}

/** Deletes everything that was developed from an image. */
export async function removeDerivatives({ storage }: Pick<Parts, 'storage'>, imageId: string): Promise<void> {
  for await (const key of storage.list(derivativesFolder(imageId))) await storage.delete(key);
}
