import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { readConfig } from '#core/config.ts';
import { defaultPreset } from '#core/domain/preset.ts';
import { openLog } from '#core/telemetry/log.ts';
import { Pool } from '#worker/decoder/pool.ts';
import { detectIsolation } from '#worker/decoder/sandbox.ts';
import { openScratch } from '#worker/decoder/scratch.ts';
import { photographs } from '../scripts/photographs.mjs';

/**
 * The decoder children of a worker under full load: they develop photographs without pause until the parent lets go. Says
 * so once as many are done as it takes at once, and in the end how many it did a second.
 */
const config = readConfig({});
const concurrency = 2 * availableParallelism();
const paths = await photographs();
const folder = await mkdtemp(resolve('.cache/bench-load-'));
const ending = new AbortController();
process.once('message', () => ending.abort());
process.once('disconnect', () => ending.abort());

const scratch = await openScratch(folder, 'bench');
const pool = new Pool({
  scratch,
  isolation: detectIsolation(),
  log: openLog('bench', 'warn'),
  concurrency,
  memoryBytes: config.WORKER_MEMORY_BYTES,
  timeoutMs: config.TASK_TIMEOUT_MS,
  maxPixels: config.IMAGE_MAX_PIXELS,
  maxFrames: config.IMAGE_MAX_FRAMES,
});
let developed = 0;
let busySince = 0;
try {
  await Promise.all(Array.from({ length: concurrency }, (_, place) => developAll(place)));
} finally {
  await pool.close();
  await rm(folder, { recursive: true, force: true });
}
process.send?.({ perSecond: (developed - concurrency) / ((performance.now() - busySince) / 1000) }, () =>
  process.disconnect(),
);

async function developAll(place: number): Promise<void> {
  try {
    for (let next = place; ; next += concurrency) {
      await developOne(paths[next % paths.length] ?? '');
      if (++developed === concurrency) sayBusy();
    }
  } catch (error) {
    if (!ending.signal.aborted) throw error;
  }
}

function sayBusy(): void {
  busySince = performance.now();
  process.send?.('busy');
}

async function developOne(from: string): Promise<void> {
  await pool.develop(
    {
      pixels: 16e6,
      derivatives: defaultPreset.derivatives,
      fetch: (path) => copyFile(from, path),
      onBegin: async () => {},
      onKnown: () => {},
      onWritten: (_derivative, path) => rm(path),
    },
    { alone: false, signal: ending.signal },
  );
}
