import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

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

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}
