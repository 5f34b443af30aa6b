import { Worker, type Transferable } from 'node:worker_threads';
import { DarkroomError } from '#core/errors.ts';
import type { FromThread, Request, ThreadOptions } from './thread-calls.ts';

interface Pending {
  resolve: (value: never) => void;
  reject: (error: DarkroomError) => void;
}

export interface ThreadListener {
  groupChanged(group: string): void;
  failed(): void;
}

/**
 * Asks a thread. When the thread dies, everything it was asked rejects with `broker_unavailable`, and so does all it is asked
 * later.
 */
export class ThreadClient<Calls extends { [Name in keyof Calls]: (...args: never[]) => unknown }> {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<void>;
  #lastId = 0;
  #dead: DarkroomError | null = null;

  constructor(script: URL, workerData: ThreadOptions, listener: ThreadListener) {
    this.#worker = new Worker(script, { workerData, transferList: [workerData.wake], name: 'message-log' });
    this.#worker.on('message', (message: FromThread) => {
      if (message.kind === 'group-changed') listener.groupChanged(message.group);
      else this.#settle(message);
    });
    this.#worker.on('error', (error) => {
      this.#die(`failed: ${error instanceof Error ? error.message : String(error)}`, error);
      listener.failed();
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#die('has ended');
        resolve();
      });
    });
  }

  /** The number identifies the request, to cancel it. */
  ask<Name extends keyof Calls>(
    name: Name,
    args: Parameters<Calls[Name]>,
    transfer: Transferable[] = [],
  ): { id: number; answer: Promise<ReturnType<Calls[Name]>> } {
    const id = ++this.#lastId;
    const answer = new Promise<ReturnType<Calls[Name]>>((resolve, reject) => {
      if (this.#dead) return reject(this.#dead);
      this.#pending.set(id, { resolve, reject });
      const request: Request<Calls> = { id, name, args };
      this.#worker.postMessage(request, transfer);
    });
    return { id, answer };
  }

  call<Name extends keyof Calls>(name: Name, ...args: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
    return this.ask(name, args).answer;
  }

  /** Without an answer. */
  tell<Name extends keyof Calls>(name: Name, ...args: Parameters<Calls[Name]>): void {
    const request: Request<Calls> = { id: 0, name, args };
    this.#worker.postMessage(request);
  }

  /** Ends the thread in the middle of what it does: for when it is of no use any more. */
  terminate(): void {
    void this.#worker.terminate();
  }

  /** Resolves once the thread is gone. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  #settle(message: Exclude<FromThread, { kind: 'group-changed' }>): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.kind === 'answer') pending?.resolve(message.value as never);
    else pending?.reject(new DarkroomError(message.code, message.detail));
  }

  #die(reason: string, cause?: unknown): void {
    this.#dead ??= new DarkroomError('broker_unavailable', `The thread of the message log ${reason}.`, { cause });
    for (const { reject } of this.#pending.values()) reject(this.#dead);
    this.#pending.clear();
  }
}
