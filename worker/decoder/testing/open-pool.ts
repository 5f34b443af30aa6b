import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLog } from '#core/telemetry/log.ts';
import { defaultPreset } from '#core/domain/preset.ts';
import { Pool, type PoolOptions } from '../pool.ts';
import { openScratch } from '../scratch.ts';

/** A pool of scripted children in a folder of its own; `develop` takes what the picture does, run by run. */
export async function openTestPool(options: Partial<PoolOptions> = {}, disk = tmpdir()) {
  const folder = await mkdtemp(join(disk, 'darkroom-pool-'));
  const scratch = await openScratch(folder, 'tester');
  const pool = new Pool({
    scratch,
    isolation: { withoutNetwork: null },
    log: openLog('test', 'silent'),
    concurrency: 2,
    memoryBytes: 1 << 30,
    timeoutMs: 10_000,
    maxPixels: 1e8,
    maxFrames: 1000,
    program: join(import.meta.dirname, 'scripted-child.ts'),
    ...options,
  });

  /** `admitted` says whether a child was chosen; `inHand` resolves when that has it; `files` is what was handed over. */
  const develop = (script: string | Buffer, given: { alone?: boolean; pixels?: number; signal?: AbortSignal } = {}) => {
    const inHand = Promise.withResolvers<void>();
    const files = new Map<string, Buffer>();
    let admitted = false;
    const result = pool.develop(
      {
        pixels: given.pixels ?? 1000,
        derivatives: defaultPreset.derivatives,
        fetch(path) {
          admitted = true;
          return writeFile(path, script, { flag: 'wx' });
        },
        async onBegin() {},
        onKnown: () => inHand.resolve(),
        async onWritten({ name }, path) {
          files.set(name, await readFile(path));
          await rm(path);
        },
      },
      { alone: given.alone ?? false, signal: given.signal ?? new AbortController().signal },
    );
    result.catch(() => undefined);
    return { result, files, inHand: inHand.promise, admitted: () => admitted };
  };

  return {
    pool,
    folder,
    develop,
    async [Symbol.asyncDispose]() {
      await pool.close();
      await scratch[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
