import { io, type Socket } from 'socket.io-client';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toMessage } from '#core/broker/messages.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import { socketPath, type ClientToServer, type Scope, type ServerToClient } from '#core/domain/live.ts';
import type { Services } from '#core/services.ts';
import type { RingLimit } from './live-bridge.ts';
import { asOwner } from './fixtures/people.ts';
import { startLive } from './live.ts';
import { encodePosition, type Position } from './position.ts';
import { followWorkers } from './workers.ts';

/** The bridge alone on an HTTP server of its own. */
export async function serveLive(services: Services, ring?: RingLimit, identify = asOwner) {
  const http: Server = createServer((_request, response) => response.writeHead(404).end());
  const workers = followWorkers(services);
  const live = startLive(http, services, { workers, identify }, ring);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    http,
    live,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await Promise.all([live.stop(), workers.stop()]);
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** Publishes updates, keyed so that those of a task stay in order, and says where they stand in the log. */
export async function publishUpdates({ broker, topics }: Services, updates: TaskUpdate[]) {
  const appended = await broker.publish(
    topics.updates,
    updates.map((update) => toMessage(update.task_id, update)),
  );
  return updates.map((update, index) => ({ update, ...appended[index] }));
}

/** The position that contains everything the log holds now. */
export async function endOfLog({ broker, topics }: Services): Promise<Position> {
  const offsets = await broker.offsets(topics.updates);
  return Object.fromEntries(offsets.map(({ partition, next }) => [partition, next]));
}

export type Client = Socket<ServerToClient, ClientToServer>;

/** Connects once, without trying again. Close it. */
export async function connect(url: string, options: Parameters<typeof io>[1] = {}): Promise<Client> {
  const client: Client = io(url, {
    path: socketPath,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...options,
  });
  await new Promise<void>((resolve, reject) => {
    client.once('connect', resolve);
    client.once('connect_error', (error) => {
      client.close();
      reject(error);
    });
  });
  return client;
}

/** Subscribes and collects all that comes for this scope. */
export async function listen(client: Client, scope: Scope = 'all', since?: Position) {
  const heard: { updates: TaskUpdate[]; position: string; events: number } = { updates: [], position: '', events: 0 };
  client.on('tasks', (event) => {
    if (JSON.stringify(event.scope) !== JSON.stringify(scope)) return;
    heard.updates.push(...event.updates);
    heard.position = event.position;
    heard.events += 1;
  });
  const answer = await client.emitWithAck('subscribe', { scope, ...(since && { since: encodePosition(since) }) });
  if ('position' in answer && heard.position === '') heard.position = answer.position;
  return { heard, answer };
}
