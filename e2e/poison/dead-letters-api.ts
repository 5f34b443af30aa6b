import { vi } from 'vitest';
import { ConsumerList, DeadLetterDetails, DeadLetterPage, type DeadLetter } from '#core/domain/api.ts';
import { ask } from '../admin.ts';

const waiting = { timeout: 30_000, interval: 50 };

/** The dead letters of a task, newest first, once there are so many. */
export async function deadLettersOf(url: string, taskId: string, count: number): Promise<DeadLetter[]> {
  return vi.waitFor(async () => {
    const answer = await ask(`${url}/api/v1/dead-letters?limit=100`);
    const { items } = DeadLetterPage.parse(await answer.json());
    const found = items.filter(({ task_id }) => task_id === taskId);
    if (found.length !== count) throw new Error(`There are ${found.length} dead letters of ${taskId}, not ${count}.`);
    return found;
  }, waiting);
}

export async function redrive(url: string, { id }: DeadLetter): Promise<{ status: number; code: string | null }> {
  const answer = await ask(`${url}/api/v1/dead-letters/${id}/redrive`, { method: 'POST' });
  const body: unknown = await answer.json();
  const code = answer.ok ? null : (body as { code: string }).code;
  if (answer.ok) DeadLetterDetails.parse(body);
  return { status: answer.status, code };
}

/** Resolves once every consumer group has read all there is. */
export async function nothingUnread(url: string): Promise<void> {
  await vi.waitFor(async () => {
    const { items } = ConsumerList.parse(await (await ask(`${url}/api/v1/consumers`)).json());
    const behind = items.filter(({ lag }) => lag.messages > 0 || lag.seconds !== 0);
    if (behind.length > 0) throw new Error(`${behind.map(({ name }) => name).join(' and ')} have messages to read.`);
  }, waiting);
}
