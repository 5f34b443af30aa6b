import type { Scope } from '#core/domain/live.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import { coalesce } from './coalesce.ts';
import { isBusy, type LiveSocket } from './live-socket.ts';
import { encodePosition, type Position } from './position.ts';
import type { Entry, Ring } from './ring.ts';

/** Most updates in one event. */
export const batchSize = 300;

/**
 * One socket's place in a room while it is not level with it: it has just subscribed, or could not keep up. It owns no
 * buffer, only a place in the ring, and takes from there as fast as the connection does.
 */
export class Reader {
  readonly socket: LiveSocket;
  readonly #scope: Scope;
  readonly #position: Position;
  #next: number;
  #slow = false;

  /** Begins at entry `next` of the ring, leaving out what `position` contains. */
  constructor(socket: LiveSocket, scope: Scope, next: number, position: Position) {
    this.socket = socket;
    this.#scope = scope;
    this.#next = next;
    this.#position = { ...position };
  }

  /**
   * Sends what there is. `level`: the reader has all that this instance has received. `waiting`: it has not, or its
   * snapshot is ahead of this instance. `lost`: what it needs has left the ring.
   */
  advance(ring: Ring, matches: (update: TaskUpdate) => boolean): 'level' | 'waiting' | 'lost' {
    while (this.#next < ring.next) {
      if (isBusy(this.socket)) {
        this.#slow = true;
        return 'waiting';
      }
      const entries = ring.read(this.#next, batchSize);
      if (!entries) return 'lost';
      this.#next += entries.length;
      this.#send(entries.filter((entry) => this.#take(entry) && matches(entry.update)));
    }
    this.#slow = false;
    return this.#isAhead(ring) ? 'waiting' : 'level';
  }

  /** Whether the entry is new to this reader, which has it from now on. */
  #take({ partition, offset }: Entry): boolean {
    if (offset < (this.#position[partition] ?? 0)) return false;
    this.#position[partition] = offset + 1;
    return true;
  }

  #send(entries: Entry[]): void {
    if (entries.length === 0) return;
    const updates = entries.map(({ update }) => update);
    this.socket.emit('tasks', {
      scope: this.#scope,
      position: encodePosition(this.#position),
      updates: this.#slow ? coalesce(updates) : updates,
    });
  }

  /** A snapshot may contain more of the log than this instance has received; what comes of that must be left out. */
  #isAhead(ring: Ring): boolean {
    return Object.entries(this.#position).some(([partition, offset]) => offset > (ring.head[Number(partition)] ?? 0));
  }
}
