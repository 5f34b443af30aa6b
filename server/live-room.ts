import type { Scope } from '#core/domain/live.ts';
import { batchSize, Reader } from './live-reader.ts';
import { roomKeys } from './live-scope.ts';
import { isBusy, type LiveServer, type LiveSocket } from './live-socket.ts';
import { covers, encodePosition, type Position } from './position.ts';
import type { Entry, Ring } from './ring.ts';

/**
 * All sockets that want the same updates. Those that are level with the room get each batch as one broadcast, encoded
 * once; each of the others has a Reader until it is level. The first update goes out at once, and what follows within a
 * few milliseconds of it together: the more readers and updates, the longer, but never more than 20 ms.
 */
export class Room {
  readonly #key: string;
  readonly #scope: Scope;
  readonly #io: LiveServer;
  readonly #ring: Ring;
  readonly #onEmpty: () => void;
  readonly #level = new Map<string, LiveSocket>();
  readonly #readers = new Map<string, Reader>();
  #pending: Entry[] = [];
  /** What the level sockets have. */
  #position: Position;
  #window: NodeJS.Timeout | undefined;

  constructor(io: LiveServer, ring: Ring, room: { key: string; scope: Scope; onEmpty: () => void }) {
    this.#io = io;
    this.#ring = ring;
    this.#key = room.key;
    this.#scope = room.scope;
    this.#onEmpty = room.onEmpty;
    this.#position = { ...ring.head };
  }

  /** Streams to the socket everything that `since` does not contain. */
  join(socket: LiveSocket, since: Position): void {
    this.#drop(socket);
    socket.data.rooms.set(this.#key, this);
    const from = covers(since, this.#ring.head) ? this.#ring.next : this.#ring.first;
    this.#advance(new Reader(socket, this.#scope, from, since));
  }

  leave(socket: LiveSocket): void {
    this.#drop(socket);
    if (this.#size > 0) return;
    clearTimeout(this.#window);
    this.#onEmpty();
  }

  /** The socket takes more again. */
  resume(socket: LiveSocket): void {
    const reader = this.#readers.get(socket.id);
    if (reader) this.#advance(reader);
  }

  /** Another update of this room; sent by the `settle` that must follow. */
  note(entry: Entry): void {
    this.#pending.push(entry);
  }

  /** All that came together has been noted. */
  settle(): void {
    if (!this.#window || this.#pending.length >= batchSize) this.#flush();
  }

  /** Ends every subscription: this instance can no longer tell what its readers miss. */
  lose(): void {
    this.#pending = [];
    for (const socket of [...this.#level.values(), ...[...this.#readers.values()].map((reader) => reader.socket)]) {
      this.#resync(socket);
    }
  }

  get #size(): number {
    return this.#level.size + this.#readers.size;
  }

  #drop(socket: LiveSocket): void {
    this.#level.delete(socket.id);
    this.#readers.delete(socket.id);
    socket.data.rooms.delete(this.#key);
    void socket.leave(this.#key);
  }

  #flush(): void {
    clearTimeout(this.#window);
    const pending = this.#pending;
    this.#pending = [];
    this.#broadcast(pending);
    this.#position = { ...this.#ring.head };
    for (const reader of this.#readers.values()) this.#advance(reader);
    const wait = Math.min(20, 2 + this.#size / 5 + pending.length / 10);
    this.#window = setTimeout(() => {
      this.#window = undefined;
      if (this.#pending.length > 0) this.#flush();
    }, wait);
  }

  #broadcast(pending: Entry[]): void {
    const last = pending.at(-1);
    for (let from = 0; from < pending.length; from += batchSize) {
      const batch = pending.slice(from, from + batchSize);
      this.#setBusyBack(batch[0] as Entry);
      for (const { partition, offset } of batch) this.#position[partition] = offset + 1;
      if (batch.at(-1) === last) this.#position = { ...this.#ring.head };
      const updates = batch.map(({ update }) => update);
      this.#io.to(this.#key).emit('tasks', { scope: this.#scope, position: encodePosition(this.#position), updates });
    }
  }

  /** Who does not take what was sent goes on from `entry` at its own pace. */
  #setBusyBack(entry: Entry): void {
    for (const socket of this.#level.values()) {
      if (!isBusy(socket)) continue;
      this.#level.delete(socket.id);
      void socket.leave(this.#key);
      this.#readers.set(socket.id, new Reader(socket, this.#scope, entry.seq, this.#position));
    }
  }

  #advance(reader: Reader): void {
    const { socket } = reader;
    this.#readers.set(socket.id, reader);
    const outcome = reader.advance(this.#ring, (update) => roomKeys(update).includes(this.#key));
    if (outcome === 'lost') this.#resync(socket);
    // What is pending would reach it twice: it is level at the next flush.
    if (outcome !== 'level' || this.#pending.length > 0) return;
    this.#readers.delete(socket.id);
    this.#level.set(socket.id, socket);
    void socket.join(this.#key);
  }

  #resync(socket: LiveSocket): void {
    this.leave(socket);
    socket.emit('resync', { scope: this.#scope });
  }
}
