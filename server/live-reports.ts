import { readSummary } from '#core/database/buckets.ts';
import type { StatsSummary, Worker } from '#core/domain/api.ts';
import type { Services } from '#core/services.ts';
import type { LiveServer, LiveSocket } from './live-socket.ts';
import type { Workers } from './workers.ts';

export interface Reports {
  watch(socket: LiveSocket): void;
  stop(): void;
}

interface Seen {
  stats?: StatsSummary;
  workers?: Worker[];
}

const everyMs = 1000;

/**
 * Tells every socket the summary and the workers: once a second at most, only what has changed since it was told, and
 * only when it takes more. With no socket, or where nothing happens, nothing is read.
 */
export function startReports(io: LiveServer, services: Services, workers: Workers): Reports {
  const { database, log } = services;
  const seen = new WeakMap<LiveSocket, Seen>();
  let stats: StatsSummary | undefined;
  let crew: Worker[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isStale = true;
  const unlisten = database.onCommit(() => {
    isStale = true;
  });

  const refresh = async () => {
    const known = workers.list();
    if (JSON.stringify(known) !== JSON.stringify(crew)) crew = known;
    const workersUp = crew.filter(({ up }) => up).length;
    if (stats && !isStale && !passesWithTime(stats) && stats.workers_up === workersUp) return;
    isStale = false;
    const summary = await database.read((trx) => readSummary(trx, new Date()));
    const next = { ...summary, workers_up: workersUp };
    if (!stats || !isSame(stats, next)) stats = next;
  };

  const tell = (socket: LiveSocket) => {
    if (!socket.conn.transport.writable) return;
    const told = seen.get(socket) ?? {};
    if (stats && told.stats !== stats) socket.emit('stats', stats);
    if (told.workers !== crew) socket.emit('workers', crew);
    seen.set(socket, { stats, workers: crew });
  };

  const report = async () => {
    await refresh().catch((error: unknown) => {
      isStale = true;
      log.warn({ err: error }, 'the summary cannot be read');
    });
    for (const socket of io.sockets.sockets.values()) tell(socket);
    timer = io.sockets.sockets.size > 0 ? setTimeout(report, everyMs) : undefined;
  };

  return {
    watch() {
      timer ??= setTimeout(report, everyMs);
    },
    stop() {
      unlisten();
      clearTimeout(timer);
    },
  };
}

/** Rates and waiting times change while nothing happens. */
function passesWithTime(stats: StatsSummary): boolean {
  const { in_per_second, done_per_second, failed_per_second, oldest_waiting_seconds } = stats;
  return in_per_second + done_per_second + failed_per_second > 0 || oldest_waiting_seconds !== null;
}

function isSame(a: StatsSummary, b: StatsSummary): boolean {
  return JSON.stringify({ ...a, at: '' }) === JSON.stringify({ ...b, at: '' });
}
