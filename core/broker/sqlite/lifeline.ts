import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/**
 * Tells the dead from the slow: a process with members keeps a file of its own locked, and the system drops the lock in the
 * moment the process dies, however it dies. So a killed member is replaced at once, while one that is only frozen keeps what
 * its lease allows.
 */
export class Lifeline {
  readonly #path: string;
  readonly #id = randomUUID();
  #lock: DatabaseSync | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Names this process. From the first time it is asked for, others can tell whether it lives. */
  get id(): string {
    this.#lock ??= lock(this.#fileOf(this.#id), 'EXCLUSIVE');
    return this.#id;
  }

  isAlive(id: string): boolean {
    if (id === this.#id) return true;
    const file = this.#fileOf(id);
    if (!existsSync(file)) return false;
    try {
      lock(file, 'IMMEDIATE').close();
    } catch {
      return true;
    }
    rmSync(file, { force: true });
    return false;
  }

  close(): void {
    if (!this.#lock) return;
    this.#lock.close();
    rmSync(this.#fileOf(this.#id), { force: true });
  }

  #fileOf(id: string): string {
    return `${this.#path}-alive-${id}`;
  }
}

/** SQLite's lock on an empty file is the one that every system has and that dies with its holder. Throws if it is taken. */
function lock(file: string, kind: 'EXCLUSIVE' | 'IMMEDIATE'): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec(`PRAGMA journal_mode = MEMORY; BEGIN ${kind}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
