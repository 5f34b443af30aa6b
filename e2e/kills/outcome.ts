import { StatsSeries, TaskPage, TaskWithTimeline } from '#core/domain/api.ts';
import { ask } from '../admin.ts';

/** The task with its story, as the API tells it. */
export async function readTask(url: string, taskId: string): Promise<TaskWithTimeline> {
  const answer = await ask(`${url}/api/v1/tasks/${taskId}`);
  return TaskWithTimeline.parse(await answer.json());
}

/** What is wrong with a picture that was accepted: done exactly once, one task, every derivative readable. */
export async function faultsOf(url: string, { name, taskId }: { name: string; taskId: string }): Promise<string[]> {
  const faults: string[] = [];
  const { items } = TaskPage.parse(await (await ask(`${url}/api/v1/tasks?q=${name}`)).json());
  if (items.length !== 1 || items[0]?.id !== taskId) faults.push(`${name} has ${items.length} tasks`);

  const { status, error, derivatives, timeline } = await readTask(url, taskId);
  if (status !== 'done') faults.push(`${name} is ${status}: ${error?.detail}`);
  const ends = timeline.filter(({ type }) => type === 'task.done' || type === 'task.failed');
  if (ends.length !== 1) faults.push(`${name} ended ${ends.length} times`);
  const names = derivatives.map((derivative) => derivative.name).join(' ');
  if (names !== 'large medium small') faults.push(`${name} has the derivatives ${names}`);
  for (const derivative of derivatives) {
    const bytes = Buffer.from(await (await ask(new URL(derivative.url, url))).arrayBuffer());
    const isWebp = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';
    const declared = bytes.length >= 8 ? bytes.readUInt32LE(4) + 8 : 0;
    if (!isWebp || declared !== bytes.length || bytes.length !== derivative.bytes) {
      faults.push(`${name}: derivative ${derivative.name} cannot be read`);
    }
  }
  return faults;
}

/** How often a metric was counted in the last hour. */
export async function counted(url: string, metric: 'created' | 'done' | 'failed'): Promise<number> {
  const to = new Date(Date.now() + 60_000);
  const from = new Date(to.getTime() - 3_600_000);
  const query = new URLSearchParams({ metric, from: from.toISOString(), to: to.toISOString(), step: '60' });
  const { series } = StatsSeries.parse(await (await ask(`${url}/api/v1/stats/series?${query}`)).json());
  const all = series.find((line) => line.metric === metric && line.dimension === null);
  return all?.points.reduce((sum, n) => sum + n, 0) ?? 0;
}
