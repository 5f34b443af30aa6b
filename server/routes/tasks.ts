import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Reader } from '#core/database/database.ts';
import { projectedOffsets } from '#core/database/offsets.ts';
import type { TaskRow } from '#core/database/schema.ts';
import { findTask, listTasks, requestCancel, requestRetry, timelineOf, toTask } from '#core/database/tasks.ts';
import { Task, TaskPage, TaskWithTimeline, type TimelineEntry } from '#core/domain/api.ts';
import type { TaskUpdate } from '#core/domain/events.ts';
import { imageFormats } from '#core/domain/image.ts';
import { TaskStatus } from '#core/domain/task.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { mayMeet, requireAbility, seesAll, type User } from '#server/auth/access.ts';
import { encodePosition } from '#server/position.ts';
import { problems } from '#server/problem.ts';
import { list } from '#server/query.ts';

const Query = z.object({
  status: list(TaskStatus).optional(),
  format: z.enum(imageFormats).optional(),
  q: z.string().max(200).optional(),
  batch: z.string().max(100).optional(),
  worker: z.string().max(100).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  scope: z.enum(['mine', 'all']).optional(),
});
const params = z.object({ id: z.uuid() });
const tags = ['tasks'];

/** Tasks as the board shows them. */
export function taskRoutes({ database, topics }: Services): FastifyPluginAsyncZod {
  const answer = { 202: Task, ...problems };

  return async (app) => {
    app.get(
      '/api/v1/tasks',
      {
        schema: { tags, summary: 'Tasks, newest first', querystring: Query, response: { 200: TaskPage, ...problems } },
      },
      async (request) => {
        const { cursor, limit, scope, ...filter } = request.query;
        const user = requireAbility(request, 'read');
        const seen = { ...filter, ...(isAll(user, scope) ? {} : { user_id: user.id }) };
        return database.read(async (trx) => {
          const { items, next_cursor } = await listTasks(trx, seen, { cursor, limit });
          const position = encodePosition(await projectedOffsets(trx, topics.updates));
          return { items: items.map(toTask), next_cursor, position };
        });
      },
    );

    app.get(
      '/api/v1/tasks/:id',
      { schema: { tags, summary: 'A task and its story', params, response: { 200: TaskWithTimeline, ...problems } } },
      async (request) => {
        const user = requireAbility(request, 'read');
        return database.read(async (trx) => {
          const task = await taskFor(trx, request.params.id, user);
          return { ...toTask(task), timeline: (await timelineOf(trx, task.id)).map(toEntry) };
        });
      },
    );

    app.post(
      '/api/v1/tasks/:id/retry',
      {
        schema: {
          tags,
          summary: 'Start the next run of a task that failed or was cancelled',
          params,
          response: answer,
        },
      },
      async (request, reply) => {
        const user = requireAbility(request, 'upload');
        const task = await database.write(async (trx) => {
          const { id } = await taskFor(trx, request.params.id, user);
          return requestRetry(trx, topics, { taskId: id, at: new Date().toISOString(), requestedBy: user.id });
        });
        return reply.code(202).send(toTask(task));
      },
    );

    app.post(
      '/api/v1/tasks/:id/cancel',
      {
        schema: {
          tags,
          summary: 'End the run of a task; answers with the task as it is before that',
          params,
          response: answer,
        },
      },
      async (request, reply) => {
        const user = requireAbility(request, 'upload');
        const task = await database.write(async (trx) => {
          const found = await taskFor(trx, request.params.id, user);
          await requestCancel(trx, topics, { taskId: found.id, at: new Date().toISOString(), requestedBy: user.id });
          return found;
        });
        return reply.code(202).send(toTask(task));
      },
    );
  };
}

/** Whose tasks are listed: operators see all unless they ask for theirs. Throws `forbidden` for who may not. */
function isAll(user: User, scope: 'mine' | 'all' | undefined): boolean {
  const sees = seesAll(user);
  if (scope !== 'all' || sees) return scope === undefined ? sees : scope === 'all';
  throw new DarkroomError('forbidden', 'Only operators and admins may see the pictures of all.');
}

/** Throws `not_found` also for a task of somebody else: who may not see it does not learn that it exists. */
async function taskFor(db: Reader, id: string, user: User): Promise<TaskRow> {
  const task = await findTask(db, id);
  if (task && mayMeet(user, task.user_id)) return task;
  throw new DarkroomError('not_found', 'There is no such task.');
}

function toEntry({ id, type, timestamp, run, attempt, worker, changes }: TaskUpdate): TimelineEntry {
  const derivatives = (changes.derivatives ?? []).map(({ name }) => name);
  return { id, type, timestamp, run, attempt, worker, error: changes.error ?? null, derivatives };
}
