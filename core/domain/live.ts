import { z } from 'zod';
import type { StatsSummary, Worker } from './api.ts';
import type { TaskUpdate } from './events.ts';

/**
 * Which updates a socket wants: `all` is for operators. A batch is named by people, so that each has their own of a name;
 * operators have all of them.
 */
export const Scope = z.union([
  z.literal('mine'),
  z.literal('all'),
  z.object({ task: z.uuid() }),
  z.object({ batch: z.string().min(1).max(100) }),
]);
export type Scope = z.infer<typeof Scope>;

export const Subscribe = z.object({ scope: Scope, since: z.string().max(2000).optional() });
export type Subscribe = z.infer<typeof Subscribe>;

/**
 * Answer to `subscribe`. `position`: every update after `since` (or after now) follows as `tasks` events.
 * `resync`: the server no longer has what came after `since`: take a new snapshot and subscribe from its position.
 */
export type SubscribeAnswer = { position: string } | { resync: true } | { error: { code: string; detail: string } };

export interface ClientToServer {
  subscribe: (request: Subscribe, answer: (result: SubscribeAnswer) => void) => void;
  unsubscribe: (request: { scope: Scope }, answer?: () => void) => void;
}

export interface ServerToClient {
  /**
   * In the order of the log; `position` is where the subscription of this scope is once they are folded. A reader that
   * could not keep up gets fewer, which fold to the same.
   */
  tasks: (event: { scope: Scope; position: string; updates: TaskUpdate[] }) => void;
  /**
   * This socket fell too far behind or the bridge lost its place. The subscription has ended: take a new snapshot and
   * subscribe from its position.
   */
  resync: (event: { scope: Scope }) => void;
  /** What the connection was opened with has ended: the session, the key or the person. It is closed after this. */
  'signed-out': () => void;
  stats: (summary: StatsSummary) => void;
  workers: (workers: Worker[]) => void;
}

export { socketPath } from './urls.ts';
