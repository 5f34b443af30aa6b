import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { openDatabase } from '#core/database/open.ts';
import { readConfig } from '#core/config.ts';
import { presets } from '#core/domain/preset.ts';
import { residentMemory } from '../memory.ts';
import { fixture } from '../pictures.ts';
import type { Program } from '../program.ts';
import { sendForm } from './form.ts';
import { ask } from './request.ts';
import { developed, type Rig } from './rig.ts';

/** What an ordinary day asks of the processes: pictures of each kind, and some of them at once. */
export async function warmUp(rig: Rig): Promise<void> {
  const pictures = ['plain.jpg', 'plain.png', 'plain.webp', 'plain.gif', 'plain.avif', 'plain.tiff', 'camera.jpg'];
  const sent = [...pictures, ...pictures].map((name) => ask(rig, sendForm(readFileSync(fixture(name)))));
  await Promise.all(sent);
  for (const task of rig.promised) await developed(rig, task);
  const asks = ['/', '/people', '/api/v1/tasks', '/api/v1/people'].map((path) => ask(rig, { signedIn: 'admin', path }));
  await Promise.all(asks);
}

/** Ends every resumable upload that was begun and is not finished, as whoever began it. */
export async function giveUp(rig: Rig): Promise<void> {
  for (const [path, as] of rig.begun) {
    await ask(rig, { as, method: 'DELETE', path, headers: { 'tus-resumable': '1.0.0' } });
  }
}

/** Rows and files that nothing accounts for, and those that are missing; none, if all is well. */
export async function strays({ dataDir, promised }: Rig): Promise<string[]> {
  await using database = await openDatabase(readConfig({ DATA_DIR: dataDir }));
  const { tasks, images, blobs, usage } = await database.read(async (db) => ({
    tasks: await db.selectFrom('tasks').select(['id', 'image_id', 'status', 'preset']).execute(),
    images: await db.selectFrom('images').select(['id', 'user_id', 'blob', 'bytes']).execute(),
    blobs: await db.selectFrom('blobs').select(['sha256', 'refs']).execute(),
    usage: await db.selectFrom('usage').selectAll().execute(),
  }));
  const files = (pattern: string) => globSync(pattern, { cwd: dataDir });
  const developed = tasks.flatMap(({ image_id, status, preset }) => {
    const derivatives = presets.find(({ name }) => name === preset)?.derivatives ?? [];
    return status === 'done' ? derivatives.map(({ name }) => `${image_id} ${name}`) : [];
  });
  const kept = files('files/derivatives/*/*/*').map((path) => {
    const [image = ''] = path.split('/').slice(2);
    return `${image} ${basename(path).split('.')[0] ?? ''}`;
  });
  const used = Map.groupBy(images, ({ user_id }) => user_id);
  return [
    ...differences(
      'task',
      tasks.map(({ id }) => id),
      [...promised],
    ),
    ...differences(
      'image',
      images.map(({ id }) => id),
      tasks.map(({ image_id }) => image_id),
    ),
    ...differences(
      'blob',
      blobs.map(({ sha256 }) => sha256),
      [...new Set(images.map(({ blob }) => blob))],
    ),
    ...differences(
      'file of a blob',
      files('files/blobs/*/*').map((path) => basename(path)),
      blobs.map(({ sha256 }) => sha256),
    ),
    ...differences('derivative', kept, developed),
    ...blobs
      .filter(({ sha256, refs }) => refs !== images.filter(({ blob }) => blob === sha256).length)
      .map(({ sha256 }) => `The blob ${sha256} is counted wrongly.`),
    ...usage
      .filter(({ user_id, images: count }) => count !== (used.get(user_id)?.length ?? 0))
      .map(({ user_id }) => `What ${user_id} keeps is counted wrongly.`),
    ...files('{files/.uploads,files/.tmp,files/marks,scratch}/**/*.*').map((path) => `${path} was left behind.`),
    ...files('files/.uploads/*').map((path) => `${path} was left behind.`),
  ];
}

function differences(what: string, found: string[], expected: string[]): string[] {
  const [there, due] = [new Set(found), new Set(expected)];
  return [
    ...[...there].filter((id) => !due.has(id)).map((id) => `There is a ${what} ${id} of nothing.`),
    ...[...due].filter((id) => !there.has(id)).map((id) => `There is no ${what} ${id}.`),
  ];
}

/** What a process said of something that went wrong inside it, and what else it wrote that is no line of a log. */
export function complaintsOf({ output }: Program): string[] {
  return output
    .join('')
    .split('\n')
    .filter((line) => line !== '' && !isHarmless(line));
}

/** A line of a log below `error`, or what Next says when it starts. */
function isHarmless(line: string): boolean {
  try {
    return (JSON.parse(line) as { level: number }).level < 50;
  } catch {
    return /^(✓|▲|- )/.test(line.trimStart());
  }
}

/** Those of the secrets that a process wrote somewhere. */
export function tellTales({ output }: Program, secrets: readonly string[]): string[] {
  const text = output.join('');
  return secrets.filter((secret) => secret !== '' && text.includes(secret));
}

/** Resident memory of the two processes in MiB. */
export function memoryOf({ server, worker }: Rig): { server: number; worker: number } {
  return { server: residentMemory(server.pid), worker: residentMemory(worker.pid) };
}
