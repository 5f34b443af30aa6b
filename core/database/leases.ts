import type { Database, Writer } from './database.ts';

/**
 * Takes or prolongs a lease: true if `holder` has it until `nowMs + ttlMs`. At most one holder has it at a time; who lets
 * it run out loses it to whoever asks next.
 */
export async function holdLease(
  trx: Writer,
  { name, holder, ttlMs, nowMs }: { name: string; holder: string; ttlMs: number; nowMs: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('leases')
    .values({ name, holder, expires_ms: nowMs + ttlMs })
    .onConflict((conflict) =>
      conflict
        .column('name')
        .doUpdateSet({ holder, expires_ms: nowMs + ttlMs })
        .where((row) => row.or([row('leases.holder', '=', holder), row('leases.expires_ms', '<=', nowMs)])),
    )
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Gives a lease back, if `holder` has it. */
export async function releaseLease(trx: Writer, { name, holder }: { name: string; holder: string }): Promise<void> {
  await trx.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute();
}

/** Rejects as long as the database takes no writes. */
export async function probeWrites(database: Database, holder: string): Promise<void> {
  const probe = { name: `probe of ${holder}`, holder, ttlMs: 0, nowMs: Date.now() };
  await database.write((trx) => holdLease(trx, probe));
}
