import { Worker } from 'node:worker_threads';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { DarkroomError } from '#core/errors.ts';
import { databaseError } from './sqlite-error.ts';
import type { Answer, Request, Role, ThreadData } from './sqlite-protocol.ts';

type Waiting = { resolve: (answer: Answer) => void; reject: (error: Error) => void };

/** This side of a database thread. Requests are answered in their order, so several may be under way at once. */
export class SqliteConnection implements DatabaseConnection {
  /** True from the moment the whole transaction is gone (full disk) until `rollback`. */
  lost = false;
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #outgoing: Request[] = [];
  #dead: Error | null = null;

  /** Resolves once the file is open. */
  static async open(path: string, role: Role): Promise<SqliteConnection> {
    const connection = new SqliteConnection({ path, role });
    await connection.#answer();
    return connection;
  }

  private constructor(workerData: ThreadData) {
    this.#worker = new Worker(new URL('./sqlite-thread.ts', import.meta.url), { workerData, execArgv: [], env: {} });
    this.#worker.on('message', (answers: Answer[]) => answers.forEach((answer) => this.#settle(answer)));
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(new Error('The database thread ended.')));
  }

  /** What is asked before the event loop goes on travels together: waking a thread costs more than most statements. */
  async request(request: Request): Promise<Answer> {
    if (this.#dead) throw this.#dead;
    if (this.#outgoing.push(request) === 1) process.nextTick(() => this.#send());
    return this.#answer();
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, changes, insertId } = await this.request({ op: 'query', sql, parameters });
    if (rows) return { rows: rows as R[] };
    return { rows: [], numAffectedRows: BigInt(changes ?? 0), insertId: BigInt(insertId ?? 0) };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('Results are not streamed: ask for a page at a time.');
  }

  /** Changes whenever another connection has committed. */
  async dataVersion(): Promise<number> {
    const { rows } = await this.request({ op: 'version' });
    return (rows as [{ data_version: number }])[0].data_version;
  }

  async close(): Promise<void> {
    if (this.#dead) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    await this.request({ op: 'close' });
    await ended;
  }

  #send(): void {
    this.#worker.postMessage(this.#outgoing);
    this.#outgoing = [];
  }

  #answer(): Promise<Answer> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.shift();
    this.lost = answer.lost ?? false;
    if (answer.error) waiting?.reject(databaseError(answer.error));
    else waiting?.resolve(answer);
  }

  #die(cause: Error): void {
    this.#dead ??= new DarkroomError('database_unavailable', 'The database is closed.', { cause });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#dead);
  }
}
