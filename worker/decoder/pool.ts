import { join } from 'node:path';
import { DarkroomError } from '#core/errors.ts';
import type { Log } from '#core/telemetry/log.ts';
import { attempt } from './attempt.ts';
import { Decoder, DecoderEnded, type EndCause } from './decoder.ts';
import type { Job, Picture } from './job.ts';
import { startIsolated, type Isolation } from './sandbox.ts';
import type { Scratch, ScratchFolder } from './scratch.ts';

export interface PoolOptions {
  scratch: Scratch;
  isolation: Isolation;
  log: Log;
  /** Pictures in flight over all children; two share a child. */
  concurrency: number;
  /** Resident bytes one child may use. */
  memoryBytes: number;
  timeoutMs: number;
  maxPixels: number;
  maxFrames: number;
  /** The child's program. */
  program?: string;
}

/** A place for one child, which is started when there is work for it. */
interface Seat {
  readonly name: string;
  readonly jobs: Set<Job>;
  folder: ScratchFolder | null;
  decoder: Decoder | null;
  idle: NodeJS.Timeout | undefined;
}

const picturesPerChild = 2;
/** Measured: what a decoded pixel costs at most, with a progressive JPEG or an animation; and a child with no picture. */
const bytesPerPixel = 7;
const bytesPerChild = 100 << 20;
/** A child is replaced after so many pictures, so that what a decoder leaks stays small; and ended when idle so long. */
const picturesPerLife = 2000;
const idleMs = 60_000;
const startMs = 30_000;

/**
 * Decoder children and the pictures they hold.
 *
 * 1. A child that dies, hangs or outgrows its memory is killed, and the pictures it held are suspects: each runs again in
 *    a fresh child of its own. Only one that ends a child it had to itself is charged: its job rejects with
 *    `decoder_crashed`, `decoder_timeout` or `out_of_memory`.
 * 2. Neighbours of a cancelled picture run again and are no suspects.
 * 3. Pictures begin in the order they came, two in a child where their declared size leaves room for both.
 * 4. A child that does not start is `decoder_unavailable`: no picture's fault.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #seats: Seat[];
  readonly #waiting: Job[] = [];
  #jobs = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    const children = Math.ceil(options.concurrency / picturesPerChild);
    this.#seats = Array.from({ length: children }, (_, index) => emptySeat(`${index}`));
  }

  /** Resolves to warnings when every derivative was handed over. Rejects with the signal's reason when it aborts. */
  develop(picture: Picture, { alone, signal }: { alone: boolean; signal: AbortSignal }): Promise<string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    const job: Job = { id: ++this.#jobs, picture, signal, alone, begun: false, resolve, reject };
    const drop = () => this.#drop(job);
    signal.addEventListener('abort', drop);
    this.#waiting.push(job);
    if (signal.aborted) drop();
    this.#admit();
    return promise.finally(() => signal.removeEventListener('abort', drop));
  }

  /** Rejects with `decoder_unavailable` while a child cannot be started. */
  async check(): Promise<void> {
    const seat = this.#seats.find(({ decoder }) => decoder?.alive) ?? this.#seats[0];
    if (seat) await this.#decoderOf(seat);
  }

  /** Children that hold a picture. */
  get busy(): number {
    return this.#seats.filter(({ jobs }) => jobs.size > 0).length;
  }

  /** Resident bytes of all children together. */
  residentBytes(): number {
    return this.#seats.reduce((sum, { decoder }) => sum + (decoder?.residentBytes() ?? 0), 0);
  }

  /** Ends every child; what they held, and what waited, rejects with an AbortError. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.reject(closedError());
    const ended = this.#seats.map(async ({ decoder, idle }) => {
      clearTimeout(idle);
      decoder?.end('retired');
      await decoder?.gone;
    });
    await Promise.all(ended);
  }

  #drop(job: Job): void {
    const index = this.#waiting.indexOf(job);
    if (index === -1) return;
    this.#waiting.splice(index, 1);
    job.reject(job.signal.reason);
    this.#admit();
  }

  #admit(): void {
    for (let job = this.#waiting[0]; job !== undefined && !this.#closed; job = this.#waiting[0]) {
      const seat = this.#seatFor(job);
      if (seat === undefined) return;
      this.#waiting.shift();
      seat.jobs.add(job);
      clearTimeout(seat.idle);
      void this.#run(job, seat);
    }
  }

  #seatFor(job: Job): Seat | undefined {
    const held = this.#seats.reduce((sum, { jobs }) => sum + jobs.size, 0);
    if (held >= this.#options.concurrency) return undefined;
    const fitting = this.#seats.filter((seat) => this.#fits(job, seat));
    const preference = ({ jobs, decoder }: Seat) => jobs.size * 2 + (decoder?.alive ? 0 : 1);
    return fitting.toSorted((a, b) => preference(a) - preference(b))[0];
  }

  #fits(job: Job, { jobs, decoder }: Seat): boolean {
    if (jobs.size === 0) return true;
    const neighbours = [...jobs];
    if (job.alone || neighbours.some(({ alone }) => alone)) return false;
    if (jobs.size >= picturesPerChild || (decoder?.given ?? 0) >= picturesPerLife) return false;
    const pixels = [job, ...neighbours].reduce((sum, { picture }) => sum + picture.pixels, 0);
    return bytesPerChild + pixels * bytesPerPixel <= this.#options.memoryBytes;
  }

  async #run(job: Job, seat: Seat): Promise<void> {
    const onLeft = () => this.#leave(job, seat);
    const { timeoutMs, maxPixels, maxFrames } = this.#options;
    try {
      const given = seat.decoder?.given ?? 0;
      if (job.alone ? given > 0 : seat.jobs.size === 1 && given >= picturesPerLife) seat.decoder?.end('retired');
      const { decoder, folder } = await this.#decoderOf(seat);
      job.resolve(await attempt(job, decoder, folder, { timeoutMs, maxPixels, maxFrames, onLeft }));
    } catch (error) {
      if (job.signal.aborted) job.reject(job.signal.reason);
      else if (error instanceof DecoderEnded) this.#suspect(job, error.reason);
      else job.reject(error);
    } finally {
      onLeft();
    }
  }

  #leave(job: Job, seat: Seat): void {
    if (!seat.jobs.delete(job)) return;
    if (seat.jobs.size === 0) seat.idle = setTimeout(() => seat.decoder?.end('retired'), idleMs).unref();
    this.#admit();
  }

  #suspect(job: Job, reason: EndCause): void {
    if (this.#closed) return job.reject(closedError());
    const charge = charges[reason];
    if (charge !== null && job.alone) return job.reject(new DarkroomError(...charge));
    job.alone ||= charge !== null;
    this.#waiting.unshift(job);
  }

  async #decoderOf(seat: Seat): Promise<{ decoder: Decoder; folder: ScratchFolder }> {
    const { scratch, isolation, log, memoryBytes, program = defaultProgram } = this.#options;
    if (!seat.decoder?.alive || !seat.folder) seat.folder = await scratch.folder(seat.name);
    if (this.#closed) throw closedError();
    const { folder } = seat;
    if (!seat.decoder?.alive) {
      seat.decoder = new Decoder(startIsolated(program, folder, isolation), { memoryBytes, startMs }, log);
    }
    const { decoder } = seat;
    await decoder.ready;
    return { decoder, folder };
  }
}

const defaultProgram = join(import.meta.dirname, 'child.ts');

const charges: Record<
  EndCause,
  [code: 'decoder_crashed' | 'decoder_timeout' | 'out_of_memory', detail: string] | null
> = {
  crashed: ['decoder_crashed', 'The decoder died while it had only this picture in hand.'],
  timed_out: ['decoder_timeout', 'Decoding took longer than is allowed.'],
  out_of_memory: ['out_of_memory', 'Decoding needed more memory than is allowed.'],
  cancelled: null,
  retired: null,
};

function emptySeat(name: string): Seat {
  return { name, jobs: new Set(), folder: null, decoder: null, idle: undefined };
}

function closedError(): DOMException {
  return new DOMException('The pool is closed.', 'AbortError');
}
