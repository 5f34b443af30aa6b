import type { Server, Socket } from 'socket.io';
import type { ClientToServer, ServerToClient } from '#core/domain/live.ts';
import type { User } from './auth/access.ts';
import type { Room } from './live-room.ts';

/** What the server knows of a connection. */
export interface SocketData {
  user: User;
  /** Packets that wait because the reader has not taken those before them. */
  queued: number;
  rooms: Map<string, Room>;
}

export type LiveServer = Server<ClientToServer, ServerToClient, Record<never, never>, SocketData>;
export type LiveSocket = Socket<ClientToServer, ServerToClient, Record<never, never>, SocketData>;

const mostQueued = 3;

/** Keeps `queued` right, and calls back whenever the connection has taken all that waited. */
export function watchQueue(socket: LiveSocket, onTaken: () => void): void {
  socket.conn.on('packetCreate', () => {
    socket.data.queued += 1;
  });
  socket.conn.on('drain', () => {
    socket.data.queued = 0;
    // Later, since this is heard in the middle of an emit.
    queueMicrotask(onTaken);
  });
}

/** True where more would only pile up in this process: the reader is slower than the stream. */
export function isBusy(socket: LiveSocket): boolean {
  return socket.data.queued >= mostQueued;
}
