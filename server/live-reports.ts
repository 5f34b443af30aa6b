import { readSummary } from '#core/database/buckets.ts';
import { countsOfEach } from '#core/database/task-counts.ts';
import type { StatsSummary, StatusCounts, Worker } from '#core/domain/api.ts';
import type { Services } from '#core/services.ts';
import type { LiveServer, LiveSocket } from './live-socket.ts';
import { summaryFor, workersFor } from './summary.ts';
import type { Workers } from './workers.ts';

export interface Reports {
  watch(socket: LiveSocket): void;
  stop(): void;
}

interface Seen {
  stats?: StatsSummary;
  workers?: Worker[];
}

/** What was read last, and whose counts were. */
interface House {
  stats: Omit<StatsSummary, 'mine'>;
  people: Set<string>;
  countsOf(userId: string): StatusCounts;
}

const everyMs = 1000;

/**
 * Tells every socket the summary and the workers, each as its person may know them: once a second at most, only what has
 * changed since it was told, and only when it takes more. With no socket, or where nothing happens, nothing is read.
 */
export function startReports(io: LiveServer, services: Services, workers: Workers): Reports {
  const { database, log } = services;
  const seen = new WeakMap<LiveSocket, Seen>();
  let house: House | undefined;
  let crew: Worker[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isStale = true;
  const unlisten = database.onCommit(() => {
    isStale = true;
  });

  const refresh = async () => {
    const known = workers.list();
    if (JSON.stringify(known) !== JSON.stringify(crew)) crew = known;
    const workers_up = crew.filter(({ up }) => up).length;
    const people = [...new Set([...io.sockets.sockets.values()].map(({ data }) => data.user.id))];
    const isKnown = house && people.every((id) => house?.people.has(id));
    if (house && isKnown && !isStale && !passesWithTime(house.stats) && house.stats.workers_up === workers_up) return;
    isStale = false;
    house = await database.read(async (trx) => ({
      stats: { ...(await readSummary(trx, new Date())), workers_up },
      people: new Set(people),
      countsOf: await countsOfEach(trx, people),
    }));
  };

  const tell = (socket: LiveSocket) => {
    if (!socket.conn.transport.writable) return;
    const { user } = socket.data;
    const told = seen.get(socket) ?? {};
    if (house) {
      const stats = summaryFor(user, house.stats, house.countsOf(user.id));
      if (!told.stats || !isSame(told.stats, stats)) {
        socket.emit('stats', stats);
        told.stats = stats;
      }
    }
    if (told.workers !== crew) socket.emit('workers', workersFor(user, crew));
    told.workers = crew;
    seen.set(socket, told);
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
function passesWithTime(stats: Omit<StatsSummary, 'mine'>): boolean {
  const { in_per_second, done_per_second, failed_per_second, oldest_waiting_seconds } = stats;
  return in_per_second + done_per_second + failed_per_second > 0 || oldest_waiting_seconds !== null;
}

function isSame(a: StatsSummary, b: StatsSummary): boolean {
  return JSON.stringify({ ...a, at: '' }) === JSON.stringify({ ...b, at: '' });
}
