import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { vi } from 'vitest';

/** A process of a test that says things, and to which things can be done. */
export class RecordedChild<Says, Told extends object = never> {
  readonly said: Says[] = [];
  readonly #process: ChildProcess;
  readonly #waiting = new Set<() => void>();

  constructor(script: URL, ...args: string[]) {
    this.#process = fork(script, args, { execArgv: [] });
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

  /** Suspends the process; resolves once it stands still. */
  async freeze(): Promise<void> {
    this.#process.kill('SIGSTOP');
    const state = () => execFileSync('ps', ['-o', 'state=', '-p', `${this.#process.pid}`], { encoding: 'utf8' });
    await vi.waitUntil(() => state().startsWith('T'), { timeout: 10_000 });
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.#hasEnded) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }

  /** Resolves to the exit code of a process that ends by itself. */
  async ended(): Promise<number | null> {
    if (!this.#hasEnded) await once(this.#process, 'exit');
    return this.#process.exitCode;
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}
