import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { vi } from 'vitest';

/** A process of a test that says things, and to which things can be done. */
export class Child<Says, Told extends object = never> {
  readonly said: Says[] = [];
  readonly #process: ChildProcess;
  readonly #waiting = new Set<() => void>();

  constructor(script: 'publisher' | 'member', ...args: string[]) {
    this.#process = fork(new URL(`./${script}.ts`, import.meta.url), args, { execArgv: [] });
    this.#process.on('message', (message) => {
      this.said.push(message as Says);
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    });
  }

  tell(what: Told): void {
    this.#process.send(what);
  }

  async until(condition: (said: Says[]) => boolean): Promise<void> {
    while (!condition(this.said)) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /**
   * Stops the process between two of its writes to the log: the lock that it cannot take meanwhile is held here. (In the
   * middle of one it would hold up everybody until it wakes.)
   */
  async freeze(log: string): Promise<void> {
    using db = new DatabaseSync(log, { timeout: 10_000 });
    db.exec('BEGIN IMMEDIATE');
    this.#process.kill('SIGSTOP');
    const state = () => execFileSync('ps', ['-o', 'state=', '-p', `${this.#process.pid}`], { encoding: 'utf8' });
    await vi.waitUntil(() => state().startsWith('T'), { timeout: 10_000 });
    db.exec('ROLLBACK');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}
