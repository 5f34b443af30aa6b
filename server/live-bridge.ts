import type { Received } from '#core/broker/broker.ts';
import { follow, type Following } from '#core/broker/follow.ts';
import { fromMessage } from '#core/broker/messages.ts';
import { projectedOffsets } from '#core/database/offsets.ts';
import { TaskUpdate } from '#core/domain/events.ts';
import type { Scope } from '#core/domain/live.ts';
import type { Services } from '#core/services.ts';
import { Room } from './live-room.ts';
import { roomKey, roomKeys } from './live-scope.ts';
import type { LiveServer, LiveSocket } from './live-socket.ts';
import { covers, type Position } from './position.ts';
import { Ring } from './ring.ts';

export interface RingLimit {
  entries: number;
  bytes: number;
}

/**
 * From the log to the rooms. Every server instance tails `task-updates` by itself and so sees every update. It begins some
 * way before what is projected, so that the snapshots read now, and pages that were open while the server restarted, can
 * go on without reading everything again.
 */
export interface Bridge extends Following {
  /** What a subscription from here on contains. */
  readonly position: Position;
  /** Whether the position is one of this log, and not of one that has been thrown away. */
  knows(since: Position): Promise<boolean>;
  /** Whether all that comes after `since` can be streamed from now on. */
  reaches(since: Position): boolean;
  join(socket: LiveSocket, scope: Scope, since: Position): void;
}

export function startBridge(io: LiveServer, services: Services, limit: RingLimit): Bridge {
  const { broker, database, log, topics } = services;
  const rooms = new Map<string, Room>();
  const ring = new Ring(limit, {});

  const append = (message: Received): Room[] => {
    const { partition, offset, value } = message;
    try {
      const update = fromMessage(TaskUpdate, message);
      const entry = ring.append({ partition, offset, update, bytes: value?.length ?? 0 });
      const touched = roomKeys(update).flatMap((key) => rooms.get(key) ?? []);
      for (const room of touched) room.note(entry);
      return touched;
    } catch (error) {
      ring.skip(partition, offset);
      log.debug({ err: error, partition, offset }, 'left out an update that cannot be read');
      return [];
    }
  };

  const following = follow({
    broker,
    log,
    topic: topics.updates,
    from: async () => {
      const projected = await database.read((trx) => projectedOffsets(trx, topics.updates));
      const offsets = await broker.offsets(topics.updates);
      const back = Math.floor(limit.entries / 4 / Math.max(1, offsets.length));
      return Object.fromEntries(
        offsets.map(({ partition, first, next }) => [
          partition,
          Math.max(first, Math.min(projected[partition] ?? first, next) - back),
        ]),
      );
    },
    onBegin(begins) {
      ring.restart(begins);
      for (const room of rooms.values()) room.lose();
    },
    onMessages(messages) {
      for (const room of new Set(messages.flatMap(append))) room.settle();
    },
  });

  return {
    ...following,
    get position() {
      return { ...ring.head };
    },
    reaches: (since) => ring.reaches(since),
    async knows(since) {
      if (covers(ring.head, since)) return true;
      const ends = (await broker.offsets(topics.updates)).map(({ partition, next }) => [partition, next]);
      return covers(Object.fromEntries(ends), since);
    },
    join(socket, scope, since) {
      const key = roomKey(scope, socket.data.user);
      const room = rooms.get(key) ?? new Room(io, ring, { key, scope, onEmpty: () => rooms.delete(key) });
      rooms.set(key, room);
      room.join(socket, since);
    },
  };
}
