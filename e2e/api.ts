import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { TaskPage, UploadAnswer, type Task } from '#core/domain/api.ts';
import { ask } from './admin.ts';

/** Sends pictures as a script does, past the browser. */
export async function sendPictures(url: string, ...paths: string[]): Promise<UploadAnswer> {
  const form = new FormData();
  for (const path of paths) form.append('file', new Blob([new Uint8Array(await readFile(path))]), basename(path));
  const answer = await ask(`${url}/api/v1/images`, { method: 'POST', body: form });
  return UploadAnswer.parse(await answer.json());
}

/** The newest tasks, as many as one page of the API holds. */
export async function readTasks(url: string): Promise<Task[]> {
  const answer = await ask(`${url}/api/v1/tasks`);
  return TaskPage.parse(await answer.json()).items;
}
