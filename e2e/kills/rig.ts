import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { isTerminal } from '#core/domain/task.ts';
import { writePicture } from '../pictures.ts';
import { program } from '../program.ts';
import { counted, faultsOf, readTask } from './outcome.ts';
import { sendResumably } from './resumable-client.ts';
import { prepareDatabase } from '../admin.ts';

export type Role = 'server' | 'worker';

/** A Darkroom of which one process can be told where to die; only that process is started anew. */
export interface KillRig extends AsyncDisposable {
  /** Sends one picture with nobody dying; resolves to the points that were passed on its way, in order. */
  rehearse(): Promise<string[]>;
  /**
   * Sends one picture, lets the process die at the point, starts it again, and says what was wrong in the end. `died` is
   * false where this run passed without coming to the point (a lease that was not due, say).
   */
  dieAt(point: string): Promise<{ died: boolean; faults: string[] }>;
  /** How many pictures were accepted so far, and how many the charts counted in and done. */
  count(): Promise<{ sent: number; created: number; done: number }>;
}

export async function openKillRig(role: Role): Promise<KillRig> {
  const dataDir = await mkdtemp(join(tmpdir(), `darkroom-kills-${role}-`));
  const pointsFile = join(dataDir, 'points');
  const environment: Record<string, string> = { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' };
  await prepareDatabase(environment);
  const victim = (...killAt: string[]) =>
    program(role, environment, ['e2e/kills/process-under-test.ts', role, pointsFile, ...killAt]);
  const bystander =
    role === 'server'
      ? program('worker', environment)
      : program('server', environment, ['server/main.ts', '--no-pages']);
  await bystander.start();
  let url = bystander.url;
  let sent = 0;

  async function sendOne(): Promise<{ name: string; taskId: string }> {
    sent += 1;
    const name = `picture-${sent}.png`;
    const path = await writePicture(join(dataDir, 'sent', name), { width: 400, height: 300, seed: sent });
    const taskId = await sendResumably(url, await readFile(path), name);
    await vi.waitFor(
      async () => {
        const { status } = await readTask(url, taskId);
        if (!isTerminal(status)) throw new Error(`${name} is still ${status}.`);
      },
      { timeout: 30_000, interval: 20 },
    );
    return { name, taskId };
  }

  return {
    async rehearse() {
      const watched = victim();
      await watched.start();
      if (role === 'server') {
        url = watched.url;
        environment.PORT = new URL(url).port;
      }
      await writeFile(pointsFile, '');
      await sendOne();
      await watched.stop();
      return (await readFile(pointsFile, 'utf8')).trim().split('\n');
    },

    async dieAt(point) {
      const dying = victim(point);
      const revived = victim();
      const started = dying.start().catch(() => undefined);
      const revival = started.then(() => dying.ended).then(() => revived.start());
      await started;
      const picture = await sendOne();
      await dying.stop();
      await revival;
      const faults = await faultsOf(url, picture);
      await revived.stop();
      return { died: (await dying.ended) === 'SIGKILL', faults };
    },

    async count() {
      const alive = victim();
      await alive.start();
      const [created, done] = await Promise.all([counted(url, 'created'), counted(url, 'done')]);
      await alive.stop();
      return { sent, created, done };
    },

    async [Symbol.asyncDispose]() {
      await bystander.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
