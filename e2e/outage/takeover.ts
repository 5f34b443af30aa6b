import { join } from 'node:path';
import { vi } from 'vitest';
import { TaskPage } from '#core/domain/api.ts';
import { sendPictures } from '../api.ts';
import { readTask } from '../kills/outcome.ts';
import { writePicture } from '../pictures.ts';
import { untilDone } from './aftermath.ts';
import { untilReadiness, type WorkerReadiness } from './readiness.ts';
import type { OutageRig } from './rig.ts';
import { ask } from '../admin.ts';

const pictures = 8;
const waiting = { timeout: 30_000, interval: 20 };

/** Milliseconds from the kill of one of two workers to the first start of one of its tasks by the other. */
export async function measureTakeover(rig: OutageRig): Promise<number> {
  const { url } = rig.server;
  const [victim, heir] = rig.workers;
  if (!victim || !heir) throw new Error('There are not two workers.');
  for (const worker of [victim, heir]) await untilReadiness(worker.url, 200, hasWork);

  const paths = Array.from({ length: pictures }, (_, n) =>
    writePicture(join(rig.folder, `large-${n}.png`), { width: 1000, height: 800, seed: n }),
  );
  const { images } = await sendPictures(url, ...(await Promise.all(paths)));
  await vi.waitFor(async () => {
    if ((await inHandOf(url, victim.pid)).length === 0) throw new Error('The worker has nothing in hand.');
  }, waiting);
  const { pid } = victim;
  const killedAt = Date.now();
  await victim.kill();
  await untilDone(url, pictures);

  const starts = await Promise.all(images.map(({ task_id }) => startsOf(url, task_id)));
  const takenOver = starts.flatMap((each) => {
    const first = each.find(({ worker }) => !isOf(worker, pid));
    return first && each.some(({ worker }) => isOf(worker, pid)) ? [first.at] : [];
  });
  if (takenOver.length === 0) throw new Error('No task that was in hand was taken over.');
  return Math.min(...takenOver) - killedAt;
}

function hasWork({ consumers }: WorkerReadiness): boolean {
  return (consumers.process?.assignments ?? 0) > 0;
}

/** The name of a worker says which process it is. */
function isOf(worker: string | null, pid: number): boolean {
  return worker?.split('-')[1] === String(pid);
}

async function inHandOf(url: string, pid: number): Promise<string[]> {
  const { items } = TaskPage.parse(await (await ask(`${url}/api/v1/tasks?status=running`)).json());
  return items.filter(({ worker }) => isOf(worker, pid)).map(({ id }) => id);
}

async function startsOf(url: string, taskId: string): Promise<{ worker: string | null; at: number }[]> {
  const { timeline } = await readTask(url, taskId);
  const started = timeline.filter(({ type }) => type === 'task.started');
  return started.map(({ worker, timestamp }) => ({ worker, at: Date.parse(timestamp) }));
}
