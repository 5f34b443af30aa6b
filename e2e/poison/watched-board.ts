import { io } from 'socket.io-client';
import { foldTask } from '../../components/live/fold-task.ts';
import { TaskPage, type Task } from '#core/domain/api.ts';
import type { ClientToServer, ServerToClient } from '#core/domain/live.ts';
import { socketPath } from '#core/domain/live.ts';
import { isTerminal } from '#core/domain/task.ts';
import type { Socket } from 'socket.io-client';
import { asAdmin, ask } from '../admin.ts';

/** What a page that is open all the time shows, and every step back that it saw. */
export interface WatchedBoard extends AsyncDisposable {
  task(id: string): Task | undefined;
  readonly stepsBack: string[];
}

/** Reads the board and folds what the server says of anybody from then on, as a page does that shows all. */
export async function watchBoard(url: string): Promise<WatchedBoard> {
  const { items, position } = TaskPage.parse(await (await ask(`${url}/api/v1/tasks?limit=200`)).json());
  const tasks = new Map(items.map((task) => [task.id, task]));
  const stepsBack: string[] = [];
  const socket: Socket<ServerToClient, ClientToServer> = io(url, {
    path: socketPath,
    transports: ['websocket'],
    extraHeaders: asAdmin,
  });
  socket.on('resync', () => stepsBack.push('the page had to read everything again'));
  socket.on('tasks', ({ updates }) => {
    for (const update of updates) {
      const before = tasks.get(update.task_id);
      if (!before) continue;
      const after = foldTask(before, update);
      if (isStepBack(before, after)) stepsBack.push(`${update.type}: ${before.status} became ${after.status}`);
      tasks.set(after.id, after);
    }
  });
  const answer = await socket.emitWithAck('subscribe', { scope: 'all', since: position });
  if (!('position' in answer)) throw new Error('The server does not go on where the page was read.');
  return {
    task: (id) => tasks.get(id),
    stepsBack,
    async [Symbol.asyncDispose]() {
      socket.close();
    },
  };
}

function isStepBack(before: Task, after: Task): boolean {
  if (after.run !== before.run) return after.run < before.run;
  return isTerminal(before.status) && after.status !== before.status;
}
