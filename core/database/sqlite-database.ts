import { sql } from 'kysely';
import { CommitWatch } from './commit-watch.ts';
import type { Database, Writer } from './database.ts';
import { GroupCommit } from './group-commit.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteReaders } from './sqlite-readers.ts';

/** The database in one file: one thread writes, two read, and none of it runs on the event loop. */
export class SqliteDatabase implements Database {
  readonly #commits: GroupCommit;
  readonly #readers: SqliteReaders;
  readonly #watch: CommitWatch;
  #closing: Promise<void> | null = null;

  static async open(path: string): Promise<SqliteDatabase> {
    return new SqliteDatabase(path, await SqliteConnection.open(path, 'write'));
  }

  private constructor(path: string, writer: SqliteConnection) {
    this.#readers = new SqliteReaders(path);
    this.#watch = new CommitWatch(`${path}-wal`, () => writer.dataVersion());
    this.#commits = new GroupCommit(writer, () => this.#watch.notify());
  }

  write<T>(work: (trx: Writer) => Promise<T>): Promise<T> {
    return this.#commits.write(work);
  }

  read<T>(work: (trx: Writer) => Promise<T>): Promise<T> {
    return this.#readers.read(work);
  }

  onCommit(listener: () => void): () => void {
    return this.#watch.listen(listener);
  }

  async ping(): Promise<void> {
    await this.read((trx) => sql`SELECT 1`.execute(trx));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#watch.stop();
    await this.#commits.close();
    await this.#readers.close();
  }
}
