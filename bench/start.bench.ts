import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** From `npm start`, with everything installed, built and migrated, to the first page served. Goal: 2 s. */
const rounds = 5;
const goalMs = 2000;
const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-start-'));

async function startOnce(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    env: { ...process.env, PORT: '0', WORKER_METRICS_PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^Darkroom is ready at (\S+)/.exec(line)?.[1];
    if (!address) continue;
    await (await fetch(address)).text();
    break;
  }
  const tookMs = performance.now() - began;
  child.stdout.resume();
  child.kill('SIGTERM');
  await once(child, 'exit');
  return tookMs;
}

await startOnce();
const took: number[] = [];
for (let round = 0; round < rounds; round += 1) took.push(await startOnce());
await rm(dataDir, { recursive: true, force: true });

took.sort((a, b) => a - b);
const [best, median, worst] = [took[0], took[Math.floor(rounds / 2)], took.at(-1)].map((ms) => Math.round(ms ?? NaN));
console.log(`second start to first page: median ${median} ms (${best}–${worst}), goal ${goalMs} ms`);
