import { DatabaseSync } from 'node:sqlite';
import { RecordedChild } from '../../recorded-child.ts';

/** A process that works with a log in SQLite. */
export class Child<Says, Told extends object = never> extends RecordedChild<Says, Told> {
  constructor(script: 'publisher' | 'member', ...args: string[]) {
    super(new URL(`./${script}.ts`, import.meta.url), ...args);
  }

  /**
   * Stops the process between two of its writes to the log: the lock that it cannot take meanwhile is held here. (In the
   * middle of one it would hold up everybody until it wakes.)
   */
  async freezeBetweenWrites(log: string): Promise<void> {
    using db = new DatabaseSync(log, { timeout: 10_000 });
    db.exec('BEGIN IMMEDIATE');
    await this.freeze();
    db.exec('ROLLBACK');
  }
}
