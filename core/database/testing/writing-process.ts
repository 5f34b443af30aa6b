import { openDatabase } from '#core/database/open.ts';

/**
 * A process that writes to the database of a folder until it is killed or has done all: `node writing-process.ts <folder>
 * <name> <writes>`. Each write adds one to a row that all share and inserts a row of its own; once it is acknowledged, its
 * number is printed.
 */
const [folder = '', name = '', writes] = process.argv.slice(2);
const database = await openDatabase({ DATA_DIR: folder });
await Promise.all(
  Array.from({ length: Number(writes) }, async (_, n) => {
    await database.write(async (trx) => {
      const shared = await trx
        .selectFrom('leases')
        .select('expires_ms')
        .where('name', '=', 'shared')
        .executeTakeFirstOrThrow();
      await trx
        .updateTable('leases')
        .set({ expires_ms: shared.expires_ms + 1 })
        .where('name', '=', 'shared')
        .execute();
      await trx
        .insertInto('leases')
        .values({ name: `${name}-${n}`, holder: name, expires_ms: n })
        .execute();
    });
    process.stdout.write(`${n}\n`);
  }),
);
await database.close();
