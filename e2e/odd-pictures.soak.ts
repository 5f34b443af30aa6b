import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Problem, StatsSummary, UploadAnswer } from '#core/domain/api.ts';
import { oddPictures } from '../scripts/odd-pictures.mjs';
import { readTask } from './kills/outcome.ts';
import { residentMemory } from './memory.ts';
import { program } from './program.ts';
import { ask, prepareDatabase } from './admin.ts';

it('every odd picture is refused with a reason or ends in one state, and the same processes go on', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-odd-'));
  const environment = { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', TASK_TIMEOUT_MS: '20000' };
  await prepareDatabase(environment);
  const server = program('server', environment, ['server/main.ts', '--no-pages']);
  const worker = program('worker', environment);
  await Promise.all([server.start(), worker.start()]);
  try {
    const answers = new Map<number, number>();
    const refusals = new Map<string, number>();
    const taskIds: string[] = [];
    let peak = { server: 0, worker: 0 };
    const paths = oddPictures();
    expect(paths.length).toBeGreaterThan(300);
    for (const path of paths) {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(await readFile(path))]), basename(path));
      const answer = await ask(`${server.url}/api/v1/images`, { method: 'POST', body: form });
      answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1);
      if (answer.status === 202) {
        taskIds.push(UploadAnswer.parse(await answer.json()).images[0]?.task_id ?? '');
      } else {
        expect(answer.status, path).toBeGreaterThanOrEqual(400);
        expect(answer.status, path).toBeLessThan(500);
        const { code } = Problem.parse(await answer.json());
        refusals.set(code, (refusals.get(code) ?? 0) + 1);
      }
      peak = {
        server: Math.max(peak.server, residentMemory(server.pid)),
        worker: Math.max(peak.worker, residentMemory(worker.pid)),
      };
    }

    await vi.waitFor(
      async () => {
        const { counts } = StatsSummary.parse(await (await ask(`${server.url}/api/v1/stats/summary`)).json());
        expect(counts.queued + counts.running + counts.retrying).toBe(0);
      },
      { timeout: 600_000, interval: 250 },
    );
    const ends = new Map<string, number>();
    for (const taskId of taskIds) {
      const task = await readTask(server.url, taskId);
      const terminal = task.timeline.filter(({ type }) => type === 'task.done' || type === 'task.failed');
      expect(terminal, task.filename).toHaveLength(1);
      if (task.status === 'failed') expect(task.error?.detail, task.filename).toBeTruthy();
      else expect(task.derivatives, task.filename).toHaveLength(3);
      const end = task.error?.code ?? (task.warnings.length > 0 ? 'done with warnings' : 'done');
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    console.info({ pictures: paths.length, answers, refusals, ends, peakMebibytes: peak });
    expect([server.death, worker.death]).toEqual([null, null]);
    expect(peak.server).toBeLessThan(400);
    expect(peak.worker).toBeLessThan(400);
  } finally {
    await Promise.all([server.stop(), worker.stop()]);
    await rm(dataDir, { recursive: true, force: true });
  }
});
