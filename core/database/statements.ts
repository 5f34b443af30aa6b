import type { Compilable } from 'kysely';
import type { Writer } from './database.ts';

/** SQLite takes 32,766 parameters in one statement; the widest row has 31. */
const rowsPerStatement = 500;

/** The rows in parts that fit into one statement each. */
export function chunksOf<T>(rows: T[]): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < rows.length; at += rowsPerStatement) chunks.push(rows.slice(at, at + rowsPerStatement));
  return chunks;
}

/**
 * Runs statements that need nothing of each other's results, in this order, without waiting for one before the next is
 * sent. Rejects if one of them fails, after all of them have been answered.
 */
export async function runTogether(trx: Writer, statements: Compilable[]): Promise<void> {
  const compiled = statements.map((statement) => statement.compile());
  const results = await trx
    .getExecutor()
    .provideConnection((connection) => Promise.allSettled(compiled.map((query) => connection.executeQuery(query))));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
