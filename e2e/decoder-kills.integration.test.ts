import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, inject, it, vi } from 'vitest';
import { isTerminal } from '#core/domain/task.ts';
import { readTasks, sendPictures } from './api.ts';
import { faultsOf } from './kills/outcome.ts';
import { writePicture } from './pictures.ts';
import { program } from './program.ts';
import { prepareDatabase } from './admin.ts';

const pictures = 24;
const kills = 10;
const waiting = { timeout: 90_000, interval: 20 };

it.runIf(process.platform === 'linux')(
  'pictures end done exactly once, and none is failed, when decoder children are killed at random moments',
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-decoder-kills-'));
    // Were every kill to hit the same picture alone, it would still have one attempt left.
    const environment = { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', TASK_MAX_ATTEMPTS: `${kills + 1}` };
    await prepareDatabase(environment);
    const server = program('server', environment, ['server/main.ts', '--no-pages']);
    const worker = program('worker', environment);
    await Promise.all([server.start(), worker.start()]);
    try {
      const { pid } = worker;
      const sent = await sendNoise(server.url, join(dataDir, 'sent'));
      const killed = await killDecoders(pid, server.url, randomOf(inject('firstSeed')));
      await vi.waitFor(async () => expect(await ended(server.url)).toBe(pictures), waiting);
      expect(killed).toBeGreaterThan(kills / 2);

      const faults = await Promise.all(sent.map((picture) => faultsOf(server.url, picture)));
      expect(faults.flat()).toEqual([]);
      const tasks = await readTasks(server.url);
      expect(tasks).toHaveLength(pictures);
      const charged = tasks.reduce((sum, { attempts }) => sum + attempts - 1, 0);
      console.info(`${killed} decoder children were killed, and ${charged} attempts charged.`);
      expect(charged, 'a kill is charged to the picture that had the child to itself, or to none').toBeLessThanOrEqual(
        killed,
      );
      expect([server.death, worker.death, worker.pid]).toEqual([null, null, pid]);
    } finally {
      await Promise.all([server.stop(), worker.stop()]);
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);

/** Pictures that take a moment each, accepted all at once. */
async function sendNoise(url: string, folder: string): Promise<{ name: string; taskId: string }[]> {
  const names = Array.from({ length: pictures }, (_, index) => `noise-${String(index + 1).padStart(2, '0')}.png`);
  const paths: string[] = [];
  for (const [index, name] of names.entries()) {
    paths.push(await writePicture(join(folder, name), { width: 1600, height: 1200, seed: index + 1 }));
  }
  const { images } = await sendPictures(url, ...paths);
  return images.map(({ task_id }, index) => ({ name: names[index] ?? '', taskId: task_id }));
}

async function ended(url: string): Promise<number> {
  return (await readTasks(url)).filter(({ status }) => isTerminal(status)).length;
}

/**
 * Kills one decoder child after the other, a random one at a random moment each time, with a picture ended in between: a
 * child that is only starting holds nothing. Resolves to how many it killed.
 */
async function killDecoders(workerPid: number, url: string, random: (below: number) => number): Promise<number> {
  let killed = 0;
  for (let before = -1; killed < kills; killed += 1) {
    before = await vi.waitUntil(() => ended(url).then((now) => (now > before ? now : false)), waiting);
    await delay(random(400));
    const children = await childrenOf(workerPid);
    const child = children[random(children.length)];
    if (before === pictures || child === undefined) break;
    process.kill(child, 'SIGKILL');
  }
  return killed;
}

/** Processes that any thread of this one started. */
async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')));
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

/** Numbers that are the same for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
