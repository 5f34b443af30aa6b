import type { StatsSummary, StatusCounts, Worker } from '#core/domain/api.ts';
import { seesAll, type User } from './auth/access.ts';

type Viewer = Pick<User, 'id' | 'abilities'>;

/** The summary as this person may know it: the house’s figures, and of pictures only what they may see. */
export function summaryFor(viewer: Viewer, house: Omit<StatsSummary, 'mine'>, mine: StatusCounts): StatsSummary {
  return { ...house, counts: seesAll(viewer) ? house.counts : mine, mine };
}

/** The workers as this person may know them: what is in hand is the pictures of others too. */
export function workersFor(viewer: Viewer, workers: Worker[]): Worker[] {
  return seesAll(viewer) ? workers : workers.map((worker) => ({ ...worker, in_hand: [] }));
}
