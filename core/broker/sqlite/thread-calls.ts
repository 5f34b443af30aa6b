import type { MessagePort } from 'node:worker_threads';
import { DarkroomError, isOutOfSpace, type ErrorCode } from '#core/errors.ts';
import type { Appended, PartitionLag, PartitionOffsets, TopicSpec } from '../broker.ts';
import type { Lease, Member, Position, Share } from '../log/message-log.ts';
import type { Packed } from './packed.ts';
import type { PackedBatch } from './partition-reader.ts';

/** What the writer thread can be asked. */
export interface WriterCalls {
  ensureTopics(topics: TopicSpec[]): void;
  append(topic: string, packed: Packed): Appended[];
  sync(member: Member): Share;
  release(member: Member, leases: Lease[]): void;
  leave(member: Member): void;
  commit(member: Member, lease: Lease, offset: number, metadata: string): void;
  ping(): void;
  close(): void;
}

/** What the reader thread can be asked. `fetch` is answered when there is something, or when its number is cancelled. */
export interface ReaderCalls {
  fetch(positions: Position[], max: number): PackedBatch | null;
  cancel(fetch: number): void;
  offsets(topic: string): PartitionOffsets[];
  lag(group: string, topics: string[]): PartitionLag[];
  watchGroup(group: string): void;
  unwatchGroup(group: string): void;
  ping(): void;
  close(): void;
}

type Functions<Calls> = { [Name in keyof Calls]: (...args: never[]) => unknown };

/** One request to a thread, told apart by `name`. */
export type Request<Calls extends Functions<Calls>> = {
  [Name in keyof Calls]: { id: number; name: Name; args: Parameters<Calls[Name]> };
}[keyof Calls];

/** What a thread says: the answer to a request, or that the members of a group should look at what they hold. */
export type FromThread =
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'error'; id: number; code: ErrorCode; detail: string }
  | { kind: 'group-changed'; group: string };

/** How both threads are set up. */
export interface ThreadOptions {
  path: string;
  leaseMs: number;
  stallMs: number;
  retentionEveryMs: number;
  workKeptMs: number;
  /** From the writer to the reader: something was committed. */
  wake: MessagePort;
}

export function answer(id: number, value: unknown): FromThread {
  return { kind: 'answer', id, value };
}

/** The error as it crosses the wall between threads. SQLite says `full` in two ways: 13, and 4874 for its shared memory. */
export function refusal(id: number, error: unknown): FromThread {
  if (error instanceof DarkroomError) return { kind: 'error', id, code: error.code, detail: error.message };
  if (isOutOfSpace(error) || (error as { errcode?: unknown }).errcode === 4874) {
    return { kind: 'error', id, code: 'storage_full', detail: 'There is no room left for the message log.' };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: 'error', id, code: 'broker_unavailable', detail: `The message log cannot be used: ${reason}.` };
}
