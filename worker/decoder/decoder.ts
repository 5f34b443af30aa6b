import { DarkroomError } from '#core/errors.ts';
import type { Log } from '#core/telemetry/log.ts';
import type { ChildProcess } from 'node:child_process';
import { residentBytes } from './memory.ts';
import { ChildMessage, type DevelopRequest, type JobMessage } from './protocol.ts';

export type EndCause = 'crashed' | 'timed_out' | 'out_of_memory' | 'cancelled' | 'retired';

/** The child is gone while it held work. */
export class DecoderEnded extends Error {
  readonly reason: EndCause;

  constructor(reason: EndCause) {
    super(`The decoder ended: ${reason}`);
    this.reason = reason;
  }
}

export interface DecoderLimits {
  memoryBytes: number;
  startMs: number;
}

interface Work {
  onMessage(message: JobMessage): void;
  reject(reason: DecoderEnded): void;
}

const watchEveryMs = 200;

/** One running child, from its start to its end, and the work it holds. */
export class Decoder {
  /** Resolves once the child takes work; rejects with `decoder_unavailable` if it never does. */
  readonly ready: Promise<void>;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  /** How many pictures it was given. */
  given = 0;
  readonly #child: ChildProcess;
  readonly #limits: DecoderLimits;
  readonly #log: Log;
  readonly #work = new Map<number, Work>();
  readonly #becameReady = Promise.withResolvers<void>();
  #cause: EndCause | null = null;
  #ended = false;
  #lastWords = '';
  #watch: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess, limits: DecoderLimits, log: Log) {
    this.#child = child;
    this.#limits = limits;
    this.#log = log;
    this.ready = this.#becameReady.promise;
    this.ready.catch(() => undefined);
    const starting = setTimeout(() => this.end('crashed'), limits.startMs);
    this.ready.finally(() => clearTimeout(starting)).catch(() => undefined);
    child.on('message', (message) => this.#hear(message));
    child.stderr?.on('data', (words) => (this.#lastWords = `${this.#lastWords}${words}`.slice(-2000)));
    this.gone = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(this.#end({ code, signal })));
      child.once('error', (error) => resolve(this.#end({ error: error.message })));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** False once it is dead or told to die. */
  get alive(): boolean {
    return this.#cause === null && !this.#ended;
  }

  residentBytes(): number {
    return (this.pid === undefined ? null : residentBytes(this.pid)) ?? 0;
  }

  /** Resolves to the child's last message about the job. Rejects with DecoderEnded. */
  async develop(request: DevelopRequest, onMessage: (message: JobMessage) => void): Promise<JobMessage> {
    if (!this.alive) throw new DecoderEnded('retired');
    const { promise, resolve, reject } = Promise.withResolvers<JobMessage>();
    const hear = (message: JobMessage) => (isLast(message) ? resolve(message) : onMessage(message));
    this.#work.set(request.job, { onMessage: hear, reject });
    this.given++;
    this.#watch ??= setInterval(() => this.#weigh(), watchEveryMs);
    this.#child.send(request, (error) => error && this.end('crashed'));
    return promise.finally(() => this.#leave(request.job));
  }

  /** Kills the child at once; what it holds is rejected with this reason when it is gone. */
  end(reason: EndCause): void {
    if (!this.alive) return;
    this.#cause = reason;
    this.#child.kill('SIGKILL');
  }

  #hear(message: unknown): void {
    const result = ChildMessage.safeParse(message);
    if (!result.success) return this.end('crashed');
    if (result.data.type === 'ready') return this.#becameReady.resolve();
    this.#work.get(result.data.job)?.onMessage(result.data);
  }

  #weigh(): void {
    if (this.residentBytes() > this.#limits.memoryBytes) this.end('out_of_memory');
  }

  #leave(job: number): void {
    this.#work.delete(job);
    if (this.#work.size > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  #end(how: object): void {
    const reason = this.#cause ?? 'crashed';
    this.#ended = true;
    if (reason === 'crashed') this.#log.warn({ ...how, lastWords: this.#lastWords }, 'a decoder child died');
    this.#becameReady.reject(new DarkroomError('decoder_unavailable', 'The decoder does not start.', { cause: how }));
    for (const work of this.#work.values()) work.reject(new DecoderEnded(reason));
  }
}

function isLast({ type }: JobMessage): boolean {
  return type === 'done' || type === 'failed';
}
