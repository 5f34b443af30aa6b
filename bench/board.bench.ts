import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { readSeries, readSummary } from '#core/database/buckets.ts';
import type { Database, Reader } from '#core/database/database.ts';
import { LatencySketch } from '#core/database/latency-sketch.ts';
import { migrate } from '#core/database/migrate.ts';
import { openDatabase } from '#core/database/open.ts';
import { countsOfEach } from '#core/database/task-counts.ts';
import { listTasks, type TaskFilter } from '#core/database/tasks.ts';

/** How long the board's queries take with a million tasks; the argument is their number. */
const tasks = Number(process.argv[2] ?? 1_000_000);
const now = Date.now();
/** Half a million seconds, some six days: two tasks a second. */
const firstAt = now - tasks * 500;
const owner = 'owner';
const repetitions = 15;

const ago = (ms: number) => new Date(now - ms).toISOString();
const hour = 3_600_000;

const filters: Record<string, TaskFilter> = {
  'first page': {},
  'one of many people': { user_id: 'guest-7' },
  'status: common': { status: ['done'] },
  'status: rare': { status: ['running'] },
  'status: several': { status: ['queued', 'running', 'retrying', 'failed'] },
  'format: rare': { format: 'avif' },
  'status and format': { status: ['done'], format: 'tiff' },
  'status and format: no match': { status: ['running'], format: 'tiff' },
  'search: every name': { q: 'img' },
  'search: rare': { q: 'img_0777777' },
  'search: common parts, no match': { q: 'img_00_0' },
  'search: no match': { q: 'zebra' },
  'search: one letter': { q: 'i' },
  'search: two letters, rare': { q: 'sn' },
  'search: word': { q: 'sunset' },
  'search and rare status': { q: 'img', status: ['failed'] },
  'search and common status': { q: 'sunset', status: ['done'] },
  'search and format that exclude each other': { q: 'sunset', format: 'avif' },
  'search for one of many people': { q: 'img', user_id: 'guest-7' },
  batch: { batch: 'batch-700' },
  'batch and search': { batch: 'batch-700', q: '777' },
  worker: { worker: 'worker-3' },
  'worker and rare status': { worker: 'worker-3', status: ['failed'] },
  'worker and search': { worker: 'worker-3', q: 'sunset' },
  'worker and format that exclude each other': { worker: 'worker-1', format: 'avif' },
  since: { since: ago(hour) },
  'since and until, long ago': { since: ago(90 * hour), until: ago(89 * hour) },
  'failed in one hour, long ago': { status: ['failed'], since: ago(90 * hour), until: ago(89 * hour) },
  'search in one hour, long ago': { q: 'sunset', since: ago(90 * hour), until: ago(89 * hour) },
};

const folder = await mkdtemp(join(tmpdir(), 'darkroom-board-'));
try {
  await migrate({ DATA_DIR: folder });
  await using database = await openDatabase({ DATA_DIR: folder });
  const began = performance.now();
  await fill(database);
  console.log(`${tasks} tasks in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  await measureLists(database);
  await measureStats(database);
} finally {
  await rm(folder, { recursive: true });
}

async function measureLists(database: Database): Promise<void> {
  for (const [name, filter] of Object.entries(filters)) {
    const { found, more } = await measure(database, name, async (trx) => {
      const { items, next_cursor } = await listTasks(trx, filter, { limit: 50 });
      return { found: items.length, more: next_cursor !== null };
    });
    console.log(`    ${found} found${more ? ', and a cursor' : ''}`);
  }
  const middle = await database.read((trx) => listTasks(trx, { until: ago((tasks * 500) / 2) }, { limit: 1 }));
  await measure(database, 'page in the middle', (trx) =>
    listTasks(trx, {}, { cursor: middle.next_cursor ?? '', limit: 50 }),
  );
}

async function measureStats(database: Database): Promise<void> {
  const range = (hours: number, step: number) => ({
    metrics: ['created', 'done', 'failed', 'retrying'] as const,
    from: new Date(now - hours * hour),
    to: new Date(now),
    step,
  });
  await measure(database, 'counts', (trx) => countsOfEach(trx, [owner]));
  await measure(database, 'summary', (trx) => readSummary(trx, new Date(now)));
  for (const [name, hours, step] of [
    ['15 minutes', 0.25, 10],
    ['hour', 1, 60],
    ['day', 24, 900],
    ['30 days', 720, 3600],
  ] as const) {
    await measure(database, `series: ${name}`, (trx) =>
      readSeries(trx, { ...range(hours, step), metrics: [...range(hours, step).metrics] }),
    );
  }
}

/** Prints the first time (nothing in memory of this connection), the median and the slowest of the others. */
async function measure<T>(database: Database, name: string, query: (trx: Reader) => Promise<T>): Promise<T> {
  const times: number[] = [];
  let result: T | undefined;
  for (let n = 0; n <= repetitions; n += 1) {
    const began = performance.now();
    result = await database.read(query);
    times.push(performance.now() - began);
  }
  const [first, ...others] = times;
  const sorted = others.toSorted((a, b) => a - b);
  const ms = (time: number | undefined) => `${time?.toFixed(1)} ms`.padStart(9);
  console.log(
    `${name.padEnd(44)} first ${ms(first)}  median ${ms(sorted[sorted.length >> 1])}  slowest ${ms(sorted.at(-1))}`,
  );
  return result as T;
}

async function fill(database: Database): Promise<void> {
  await database.write(async (trx) => {
    const numbers = sql`WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${tasks - 1})`;
    const at = sql`strftime('%Y-%m-%dT%H:%M:%fZ', (${firstAt} + i * 500) / 1000.0, 'unixepoch')`;
    const user = sql`CASE WHEN i % 100 = 7 THEN 'guest-' || (i / 100 % 50) ELSE ${owner} END`;
    const name = sql`CASE WHEN i % 40 = 3 THEN 'sunset at the sea ' || i || '.jpg' WHEN i = 5000 THEN 'sniff.jpg' ELSE printf('IMG_%07d.jpg', i) END`;
    const format = sql`CASE WHEN i % 1000 = 1 THEN 'avif' WHEN i % 100 = 2 THEN 'tiff' WHEN i % 10 = 5 THEN 'png' ELSE 'jpeg' END`;
    const left = sql`(${tasks} - i)`;
    const status = sql`CASE WHEN ${left} <= 4000 THEN 'queued' WHEN ${left} <= 4020 THEN 'running' WHEN i % 200 = 9 THEN 'failed'
      WHEN i % 500 = 11 THEN 'cancelled' ELSE 'done' END`;
    const blob = sql`printf('%064x', i)`;
    const uuid = (kind: string) => sql`printf('%08x-0000-7000-8000-${sql.raw(kind)}', i)`;
    await sql`${numbers} INSERT INTO blobs SELECT ${blob}, 3000000, 1 FROM numbers`.execute(trx);
    await sql`${numbers} INSERT INTO images SELECT ${uuid('00000000aaaa')}, ${user}, ${blob}, ${name}, ${format}, 4000, 3000,
      3000000, 'batch-' || (i / 500), NULL, ${at} FROM numbers`.execute(trx);
    await sql`${numbers} INSERT INTO tasks (seq, id, image_id, user_id, batch, filename, search_name, format, width, height, bytes,
      blob, preset, preset_version, created_at, queued_at, run, status, status_at, attempts, started_at, finished_at, worker,
      error_code, error_detail, warnings, derivatives, placeholder, metadata, counted_run)
      SELECT (${firstAt} + i * 500) * 1024, ${uuid('00000000bbbb')}, ${uuid('00000000aaaa')}, ${user}, 'batch-' || (i / 500),
      ${name}, char(1, 1) || lower(${name}), ${format}, 4000, 3000, 3000000, ${blob}, 'web', 1, ${at}, ${at}, 1, ${status}, ${at}, 1,
      ${at}, ${at}, 'worker-' || (i % 8), NULL, NULL, '[]',
      '[{"name":"large","format":"webp","width":1920,"height":1440,"bytes":300000},{"name":"medium","format":"webp","width":1024,"height":768,"bytes":90000},{"name":"small","format":"webp","width":256,"height":192,"bytes":9000}]',
      'n/cNFYJlh3hwd4eIeIeIeHiHgHgIeHg=', '{"format":"jpeg","width":4000,"height":3000}', 1 FROM numbers`.execute(trx);
    await sql`INSERT INTO task_search (rowid, filename) SELECT seq, search_name FROM tasks ORDER BY seq`.execute(trx);
    await sql`INSERT INTO task_counts SELECT user_id, status, count(*) FROM tasks GROUP BY 1, 2`.execute(trx);
    await fillBuckets(trx);
  });
}

/** As full as buckets get: every kind in each, and latencies spread over a hundred bins. */
async function fillBuckets(trx: Reader): Promise<void> {
  const sketch = new LatencySketch();
  for (let bin = 0; bin < 100; bin += 1) sketch.add(100 * 1.05 ** bin);
  const bins = sketch.toBytes();
  for (const [step, seconds] of [
    [10, 86_400],
    [60, 30 * 86_400],
    [3600, 365 * 86_400],
  ] as const) {
    const slots = sql`WITH RECURSIVE slots(at) AS (SELECT ${Math.floor((now / 1000 - seconds) / step) * step} UNION ALL
      SELECT at + ${step} FROM slots WHERE at < ${now / 1000})`;
    for (const metric of ['created', 'started', 'done', 'failed', 'retrying']) {
      for (const dimension of ['', 'a', 'b', 'c', 'd']) {
        await sql`${slots} INSERT INTO buckets SELECT ${step}, at, ${metric}, ${dimension}, 20 FROM slots`.execute(trx);
      }
    }
    for (const metric of ['wait', 'run']) {
      await sql`${slots} INSERT INTO bucket_latency SELECT ${step}, at, ${metric}, ${bins} FROM slots`.execute(trx);
    }
  }
}
