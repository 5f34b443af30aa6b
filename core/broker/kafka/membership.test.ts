import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openLog } from '#core/telemetry/log.ts';
import type { Cluster, KafkaClient, MembershipCodec, Node } from './client.ts';
import { Membership, type MembershipOptions } from './membership.ts';

type Request = { groupGenerationId: number };

/** A coordinator of one group with one member, whose answers to joins and commits are what the test makes of them. */
class Coordinator {
  generation = 0;
  /** Resolves when the members of the group have all joined. */
  joined: Promise<void> = Promise.resolve();
  readonly joins: number[] = [];
  /** What those who joined called themselves. */
  readonly names: string[] = [];
  readonly commits: Request[] = [];
  answer: (request: Request) => void = () => {};
  beat: () => Promise<void> | void = () => {};

  readonly node = {
    joinGroup: async ({ memberId }: { memberId: string }) => {
      this.joins.push(this.generation);
      this.names.push(memberId);
      await this.joined;
      this.generation += 1;
      return { generationId: this.generation, leaderId: 'other', memberId: 'me', members: [] };
    },
    syncGroup: async () => ({ memberAssignment: Buffer.alloc(0) }),
    heartbeat: async () => this.beat(),
    offsetFetch: async () => ({ responses: [] }),
    offsetCommit: async (request: Request) => {
      this.commits.push(request);
      this.answer(request);
    },
  } as unknown as Node;

  readonly client = {
    cluster: () =>
      ({
        connect: async () => {},
        close: () => {},
        refreshMetadata: async () => {},
        addMultipleTargetTopics: async () => {},
        findGroupCoordinator: async () => this.node,
        fetchTopicsOffset: async () => [{ topic: 'work', partitions: [{ partition: 0, offset: '0' }] }],
      }) as unknown as Cluster,
    membership: {
      encodeMetadata: () => Buffer.alloc(0),
      decodeAssignment: () => ({ assignment: { work: [0] }, userData: Buffer.from('{"surplus":{}}') }),
    } as unknown as MembershipCodec,
  } as KafkaClient;
}

let coordinator: Coordinator;
let membership: Membership;

beforeEach(() => {
  coordinator = new Coordinator();
  membership = join(60_000);
});

afterEach(async () => {
  await membership.leave(async () => {});
});

function join(sessionMs: number, options: Partial<MembershipOptions> = {}): Membership {
  const member = { id: 'id', name: 'name', group: 'group', topics: ['work'] };
  const { client } = coordinator;
  return new Membership({ client, member, sessionMs, log: openLog('test', 'silent'), changed: () => {}, ...options });
}

async function held(of = membership) {
  const [lease] = (await of.share()).leases;
  if (!lease) throw new Error('Nothing is held.');
  return lease;
}

/** Has the member join anew; the others take their time. */
function rebalance(): { end: () => void } {
  const all = Promise.withResolvers<void>();
  coordinator.joined = all.promise;
  membership.release([]);
  return { end: all.resolve };
}

test('commits go on while the group waits for others to join, and what is held stays held', async () => {
  const lease = await held();
  const { end } = rebalance();
  await membership.commit(lease, 7, '');
  expect(coordinator.commits).toMatchObject([{ groupGenerationId: 1 }]);
  expect((await membership.share()).leases).toEqual([lease]);
  end();
});

test.for(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION'])(
  'a commit that meets %s is made once the group is shared out, also when that comes twice in a row',
  async (type) => {
    const lease = await held();
    coordinator.answer = ({ groupGenerationId }) => {
      if (groupGenerationId < 3) throw Object.assign(new Error(type), { type });
    };
    const { end } = rebalance();
    const commit = membership.commit(lease, 7, '');
    end();
    await commit;
    expect(coordinator.commits.at(-1)).toMatchObject({ groupGenerationId: 3 });
  },
);

test('a commit of a generation that has passed makes nobody join again', async () => {
  const lease = await held();
  coordinator.answer = ({ groupGenerationId }) => {
    if (groupGenerationId < 2) throw Object.assign(new Error('old'), { type: 'ILLEGAL_GENERATION' });
  };
  const { end } = rebalance();
  const commit = membership.commit(lease, 7, '');
  end();
  await commit;
  expect(coordinator.joins).toEqual([0, 1]);
});

test('a member that could not be heard for a session joins anew, also where the coordinator did not miss it', async () => {
  await membership.leave(async () => {});
  membership = join(300);
  const lease = await held();
  coordinator.beat = () => {
    throw new Error('no answer');
  };
  await vi.waitFor(() => expect(membership.commit(lease, 7, '')).rejects.toMatchObject({ code: 'assignment_lost' }));
  coordinator.beat = () => {};
  await vi.waitFor(async () => expect((await held()).epoch).toBeGreaterThan(lease.epoch));
});

test('who comes after a member whose goodbye nobody heard takes its place, so that the group waits for nobody', async () => {
  await held();
  const place = await membership.leave(() => Promise.reject(new Error('no answer')));
  membership = join(60_000, { place: place ?? undefined });
  await held();
  expect(coordinator.names).toEqual(['', 'me']);
  expect(await membership.leave(async () => {})).toBeNull();
});

test('what a silent coordinator may have given to others is lost at the end of the session, though nobody asks', async () => {
  await membership.leave(async () => {});
  let changed = () => {};
  membership = join(300, { changed: () => changed() });
  coordinator.beat = () => new Promise(() => {});
  const lease = await held();
  await new Promise<void>((resolve) => (changed = resolve));
  expect((await membership.share()).leases).toEqual([]);
  await expect(membership.commit(lease, 7, '')).rejects.toMatchObject({ code: 'assignment_lost' });
});
