import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sendForm, TusClient } from '../../server/fixtures/upload-client.ts';
import { asAdmin } from '../admin.ts';
import { writePicture } from '../pictures.ts';

/** A picture that was accepted, and how long the answer took. */
export interface Sent {
  name: string;
  taskId: string;
  ms: number;
}

/** Pictures that are sent one after the other, by form and by tus in turn, for as long as nobody stops it. */
export interface SteadyUploads {
  /** What was accepted so far. */
  readonly sent: readonly Sent[];
  /** What was not accepted, in words. */
  readonly refused: readonly string[];
  /** Resolves once the one at hand is answered. */
  stop(): Promise<void>;
}

export function uploadSteadily(url: string, folder: string, everyMs: number): SteadyUploads {
  const stopping = new AbortController();
  const series = randomBytes(3).toString('hex');
  const tus = new TusClient(url, asAdmin);
  const sent: Sent[] = [];
  const refused: string[] = [];

  const sendNext = async (n: number) => {
    const path = join(folder, `${series}-${n}.png`);
    const seed = Number.parseInt(series, 16) + n;
    const bytes = await readFile(await writePicture(path, { width: 120, height: 90, seed }));
    const name = basename(path);
    const begun = performance.now();
    const { status, taskId } = await (n % 2 === 0 ? byForm : byTus)(bytes, name);
    if (taskId === null) refused.push(`${name} was answered ${status}`);
    else sent.push({ name, taskId, ms: performance.now() - begun });
  };
  const byForm = async (bytes: Buffer<ArrayBuffer>, name: string) => {
    const { status, body } = await sendForm(url, [['file', bytes, name]], asAdmin);
    return { status, taskId: status === 202 ? (body.images[0]?.task_id ?? null) : null };
  };
  const byTus = async (bytes: Buffer<ArrayBuffer>, filename: string) => {
    const { status, headers } = await tus.create(bytes.length, { filename }, bytes);
    return { status, taskId: status === 201 ? headers.get('x-task-id') : null };
  };
  const send = async () => {
    for (let n = 1; !stopping.signal.aborted; n += 1) {
      await sendNext(n).catch((error: unknown) => refused.push(`picture ${n}: ${String(error)}`));
      await pause(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const ended = send();

  return {
    sent,
    refused,
    stop() {
      stopping.abort();
      return ended;
    },
  };
}
