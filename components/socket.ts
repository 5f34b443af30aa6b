import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, ServerToClient, SubscribeAnswer } from '../core/domain/live.ts';
import { socketPath } from '../core/domain/urls.ts';

/** The only Socket.IO client. */

export interface SocketEvents {
  /** Also after every reconnect; subscriptions of the connection before are gone. */
  connected: () => void;
  disconnected: () => void;
  tasks: ServerToClient['tasks'];
  resync: () => void;
  stats: ServerToClient['stats'];
  workers: ServerToClient['workers'];
}

export interface LiveSocket {
  /** Asks for every update of this person's tasks after `since`. Rejects when the connection breaks first. */
  subscribe(since: string): Promise<SubscribeAnswer>;
  close(): void;
}

/** Connects to the page's server unless told another, and goes on trying for as long as it is not closed. */
export function openSocket(events: SocketEvents, server = location.origin): LiveSocket {
  const socket: Socket<ServerToClient, ClientToServer> = io(server, {
    path: socketPath,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 250,
    reconnectionDelayMax: 2000,
  });
  socket.on('connect', events.connected);
  socket.on('disconnect', events.disconnected);
  socket.on('connect_error', events.disconnected);
  socket.on('tasks', events.tasks);
  socket.on('resync', events.resync);
  socket.on('stats', events.stats);
  socket.on('workers', events.workers);
  return {
    subscribe: (since) => socket.timeout(10_000).emitWithAck('subscribe', { scope: 'mine', since }),
    close: () => void socket.close(),
  };
}
