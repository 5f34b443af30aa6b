import { DarkroomError } from '#core/errors.ts';
import type { Assignment } from '../broker.ts';
import { partitionKey } from './assign.ts';
import type { Lease, Member, MessageLog } from './message-log.ts';

/** Most bytes of UTF-8 that a commit's metadata may have: what Kafka takes by default, less its own share. */
const maxMetadataBytes = 4000;

/** A lease, and where its member stands in it. */
export class Holding implements Assignment {
  readonly lease: Lease;
  readonly topic: string;
  readonly partition: number;
  readonly committed: Assignment['committed'];
  readonly lost: AbortSignal;
  /** Offset of the next message to read. */
  position: number;
  paused = false;
  readonly #log: MessageLog;
  readonly #member: Member;
  readonly #losing = new AbortController();
  readonly #onChange: (refused: boolean) => void;

  /** `onChange` hears of a pause, a resume, a seek, and of a commit that was refused. */
  constructor(log: MessageLog, member: Member, lease: Lease, position: number, onChange: (refused: boolean) => void) {
    this.#log = log;
    this.#member = member;
    this.#onChange = onChange;
    this.lease = lease;
    this.topic = lease.topic;
    this.partition = lease.partition;
    this.committed = lease.committed;
    this.position = position;
    this.lost = this.#losing.signal;
  }

  async commit(offset: number, metadata = ''): Promise<void> {
    if (Buffer.byteLength(metadata) > maxMetadataBytes) {
      throw new DarkroomError('internal', `The metadata of a commit has more than ${maxMetadataBytes} bytes.`);
    }
    if (this.lost.aborted) throw assignmentLost(this.topic, this.partition);
    try {
      await this.#log.commit(this.#member, this.lease, offset, metadata);
    } catch (error) {
      if (error instanceof DarkroomError && error.code === 'assignment_lost') {
        this.lose();
        this.#onChange(true);
      }
      throw error;
    }
  }

  pause(): void {
    this.paused = true;
    this.#onChange(false);
  }

  resume(): void {
    this.paused = false;
    this.#onChange(false);
  }

  seek(offset: number): void {
    this.position = offset;
    this.#onChange(false);
  }

  lose(): void {
    this.#losing.abort(assignmentLost(this.topic, this.partition));
  }
}

export function assignmentLost(topic: string, partition: number): DarkroomError {
  return new DarkroomError('assignment_lost', `${partitionKey(topic, partition)} now belongs to another member.`);
}
