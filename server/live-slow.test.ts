import type { Socket as NetSocket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TaskUpdate } from '#core/domain/events.ts';
import { applyUpdate, queuedState, type TaskState } from '#core/domain/task.ts';
import type { Services } from '#core/services.ts';
import { openTestServices } from './fixtures/services.ts';
import { updateOf } from './fixtures/updates.ts';
import { connect, endOfLog, listen, publishUpdates, serveLive, type Client } from './live-fixtures.ts';
import { decodePosition } from './position.ts';

let services: Services;
let slow: Client | undefined;

beforeEach(async () => {
  services = await openTestServices();
});
afterEach(async () => {
  slow?.close();
  await services[Symbol.asyncDispose]();
});

/** The client's own WebSocket, which can stop reading. */
function wireOf(client: Client): { pause(): void; resume(): void } {
  return (client.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } }).ws;
}

const derivative = (name: string) => ({ name, format: 'webp', width: 10, height: 10, bytes: 1 });

/** The story of a task from its start to its end; some 6 KB, so that buffers on the way fill up. */
function storyOf(task: number): TaskUpdate[] {
  const about = updateOf({ task, worker: 'w', timestamp: '2026-01-01T00:00:00.000Z' });
  const placeholder = 'p'.repeat(2000);
  const started_at = about.timestamp;
  return [
    { ...about, id: `${task}-1`, type: 'task.started', changes: { status: 'running', started_at } },
    {
      ...about,
      id: `${task}-2`,
      type: 'task.progressed',
      changes: { derivatives: [derivative('large')], placeholder },
    },
    {
      ...about,
      id: `${task}-3`,
      type: 'task.progressed',
      changes: { derivatives: [derivative('small')], placeholder },
    },
    {
      ...about,
      id: `${task}-4`,
      type: 'task.done',
      changes: { status: 'done', started_at, placeholder, derivatives: [derivative('large'), derivative('small')] },
    },
  ];
}

function fold(updates: TaskUpdate[]): Map<string, TaskState> {
  const board = new Map<string, TaskState>();
  for (const update of updates) {
    board.set(update.task_id, applyUpdate(board.get(update.task_id) ?? queuedState(1, update.timestamp), update));
  }
  return board;
}

/** What waits in this process for connections to take it. */
function watchBuffers(sockets: Set<NetSocket>): () => number {
  let most = 0;
  return () => {
    for (const socket of sockets) most = Math.max(most, socket.writableLength);
    return most;
  };
}

async function publishStories(count: number, each: () => void): Promise<TaskUpdate[]> {
  const all: TaskUpdate[] = [];
  for (let task = 0; task < count; task += 20) {
    const updates = Array.from({ length: 20 }, (_, n) => storyOf(task + n)).flat();
    all.push(...updates);
    await publishUpdates(services, updates);
    await new Promise((resolve) => setImmediate(resolve));
    each();
  }
  return all;
}

test('a reader that stops reading holds nothing up, holds little memory, and ends with the same board', async () => {
  await using server = await serveLive(services);
  const sockets = new Set<NetSocket>();
  server.http.on('connection', (socket: NetSocket) => sockets.add(socket));
  const mostBuffered = watchBuffers(sockets);
  slow = await connect(server.url);
  const late = await listen(slow);
  const quick = await connect(server.url);
  const live = await listen(quick);

  wireOf(slow).pause();
  const all = await publishStories(4000, mostBuffered);
  await vi.waitFor(() => expect(live.heard.updates).toHaveLength(all.length), { timeout: 10_000 });
  quick.close();
  expect(mostBuffered()).toBeLessThan(4 << 20);

  wireOf(slow).resume();
  const end = await endOfLog(services);
  await vi.waitFor(() => expect(decodePosition(late.heard.position)).toEqual(end), { timeout: 10_000 });
  expect(late.heard.updates.length).toBeLessThan(all.length / 2);
  expect(fold(late.heard.updates)).toEqual(fold(all));
});

test('a reader that falls further behind than the ring reaches is told to take a new snapshot, and then may go on', async () => {
  await using server = await serveLive(services, { entries: 1000, bytes: 64 << 20 });
  slow = await connect(server.url);
  const resyncs: unknown[] = [];
  slow.on('resync', (event) => resyncs.push(event));
  await listen(slow);
  wireOf(slow).pause();
  await publishStories(4000, () => {});
  wireOf(slow).resume();
  await vi.waitFor(() => expect(resyncs).toEqual([{ scope: 'all' }]), { timeout: 10_000 });

  slow.off('tasks');
  const again = await listen(slow, 'all', await endOfLog(services));
  expect(again.answer).toHaveProperty('position');
  await publishUpdates(services, [updateOf({ task: 1 })]);
  await vi.waitFor(() => expect(again.heard.updates).toHaveLength(1));
});

test('many updates at once come in few events', async () => {
  await using server = await serveLive(services);
  slow = await connect(server.url);
  const { heard } = await listen(slow);
  for (let n = 0; n < 500; n += 1) void publishUpdates(services, [updateOf({ task: n })]);
  await vi.waitFor(() => expect(heard.updates).toHaveLength(500));
  expect(heard.events).toBeLessThan(100);
});
