import type { DarkroomError } from '#core/errors.ts';
import type { Log } from '#core/telemetry/log.ts';
import { partitionKey } from '../log/assign.ts';
import { assignmentLost } from '../log/holding.ts';
import type { Lease, Member, Share } from '../log/message-log.ts';
import type { Cluster, KafkaClient, Node } from './client.ts';
import { Commits } from './commits.ts';
import { lostConnection, mustRejoin, unavailable, wasExpelled } from './errors.ts';
import { GroupProtocol } from './group-protocol.ts';
import { within } from './patience.ts';
import { learnTopics, startsOf } from './starts.ts';

export interface MembershipOptions {
  client: KafkaClient;
  member: Member;
  sessionMs: number;
  log: Log;
  /** Told whenever `share` may say something new. */
  changed: () => void;
  /** Of a member that is gone and that the group still counts. */
  place?: string | undefined;
}

/** How soon a member hears that its group is being shared out anew; a third of the session at most. */
const heartbeatMs = 300;
const firstRetryMs = 100;
/** How long leaving waits for a first join that is under way, and then for the goodbye. */
const leavePatienceMs = 2_000;

/**
 * One member of a Kafka group, by the protocol of groups itself: join, learn what is ours, tell by heartbeats that we live,
 * join again whenever the group changes. What is held stays held through a rebalance (see `assignment.ts`); it is lost
 * when the coordinator does not know us any more, or when it has not heard us for the time of a session.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #cluster: Cluster;
  /** Of its own, since a join may keep the other one waiting for as long as a session. */
  readonly #commits: Commits;
  readonly #protocol: GroupProtocol;
  readonly #leases = new Map<string, Lease>();
  readonly #settled = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  /** What expires is lost when it expires, not when somebody asks. */
  readonly #watch: NodeJS.Timeout;
  #surplus = new Set<string>();
  #coordinator: Node | null = null;
  #memberId: string;
  #generation = -1;
  #mustJoin = true;
  /** Pending from when the group has to be joined until that was done or failed. */
  #steady = Promise.withResolvers<void>();
  /** When that was sent by which the coordinator last heard of us, on the monotonic clock. */
  #heardAt = 0;
  #failure: { error: DarkroomError; since: number } | null = null;
  #left = false;
  #epochs = 0;
  #wake: () => void = () => {};

  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#memberId = options.place ?? '';
    this.#cluster = options.client.cluster();
    this.#commits = new Commits(options.client.cluster(), options.member.group);
    this.#protocol = new GroupProtocol(options.client.membership, options.member.topics);
    this.#heardAt = performance.now();
    this.#ended = this.#run();
    this.#watch = setInterval(() => this.#dropWhatExpired(), options.sessionMs / 10);
  }

  /** What is held now. Rejects with `broker_unavailable` once the coordinator could not be reached for a session. */
  async share(): Promise<Share> {
    await this.#settled.promise;
    this.#dropWhatExpired();
    if (this.#failure && performance.now() - this.#failure.since > this.#options.sessionMs) throw this.#failure.error;
    const leases = [...this.#leases.values()];
    return {
      leases,
      surplus: leases.filter(({ topic, partition }) => this.#surplus.has(partitionKey(topic, partition))),
    };
  }

  /** Gives back what others wait for. */
  release(leases: Lease[]): void {
    for (const lease of leases) if (this.#holds(lease)) this.#leases.delete(partitionKey(lease.topic, lease.partition));
    this.#rejoin();
  }

  /**
   * Rejects with `assignment_lost` where the lease is not held, and `broker_unavailable` where nobody answered. While the
   * members of the group join anew the coordinator takes commits of the generation that ends, and then for a moment none.
   */
  async commit(lease: Lease, offset: number, metadata: string): Promise<void> {
    this.#dropWhatExpired();
    const { topic, partition } = lease;
    if (!this.#holds(lease)) throw assignmentLost(topic, partition);
    const committer = { memberId: this.#memberId, generation: this.#generation };
    try {
      await this.#commits.commit(committer, topic, partition, offset, metadata);
    } catch (error) {
      const isNews = committer.memberId === this.#memberId && committer.generation === this.#generation;
      if (mustRejoin(error)) {
        if (isNews) this.#rejoin();
        await this.#steady.promise;
        if (this.#mustJoin && this.#holds(lease)) throw this.#failure?.error ?? unavailable(error);
        return this.commit(lease, offset, metadata);
      }
      if (isNews && wasExpelled(error)) this.#learnFrom(error);
      if (!this.#holds(lease)) throw assignmentLost(topic, partition);
      throw unavailable(error);
    }
  }

  /**
   * Says goodbye, so that the others get everything at once. Never rejects. Where nobody heard it, the group counts it until
   * it is missed, and waits for it: resolves to its place then, for the next member to take.
   */
  async leave(goodbye: (groupId: string, memberId: string) => Promise<void>): Promise<string | null> {
    this.#left = true;
    this.#loseAll();
    this.#wake();
    this.#steady.resolve();
    this.#settled.resolve();
    clearInterval(this.#watch);
    const { group } = this.#options.member;
    // Who joins for the first time has no name yet to say goodbye with.
    if (this.#memberId === '') await within(leavePatienceMs, this.#ended).catch(() => {});
    const id = this.#memberId;
    const said = id === '' ? Promise.resolve() : within(leavePatienceMs, goodbye(group, id));
    const place = await said.then(
      () => null,
      () => id,
    );
    this.#cluster.close();
    this.#commits.close();
    return place;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#left) {
      try {
        if (this.#mustJoin) await this.#join();
        else await this.#beat();
        failures = 0;
        this.#failure = null;
        this.#settled.resolve();
        if (!this.#mustJoin) await this.#pause(Math.min(heartbeatMs, this.#options.sessionMs / 3));
      } catch (error) {
        if (this.#learnFrom(error)) continue;
        failures += 1;
        this.#steady.resolve();
        await this.#pause(Math.min(firstRetryMs * 2 ** failures, 1_000));
      }
    }
  }

  async #join(): Promise<void> {
    const { topics, group: groupId } = this.#options.member;
    const coordinator = await this.#findCoordinator();
    await this.#cluster.addMultipleTargetTopics(topics);
    const owned = [...this.#leases.values()];
    const { sessionMs } = this.#options;
    const joined = await coordinator.joinGroup({
      ...this.#identity(),
      sessionTimeout: sessionMs,
      rebalanceTimeout: sessionMs,
      groupProtocols: [this.#protocol.say(owned, this.#generation)],
    });
    this.#memberId = joined.memberId;
    const leads = joined.leaderId === joined.memberId;
    if (leads) await learnTopics(this.#cluster, topics, this.#protocol.topicsOf(joined.members));
    const sentAt = performance.now();
    const { memberAssignment } = await coordinator.syncGroup({
      ...this.#identity(),
      generationId: joined.generationId,
      groupAssignment: leads ? this.#protocol.share(joined.members, (topic) => this.#partitionsOf(topic)) : [],
    });
    this.#generation = joined.generationId;
    this.#heardAt = sentAt;
    await this.#take(memberAssignment, coordinator, groupId);
    this.#mustJoin = false;
    this.#steady.resolve();
    this.#options.changed();
  }

  /** Goes on with what it held already and was given again; what is new begins where the group committed. */
  async #take(assignment: Buffer, coordinator: Node, groupId: string): Promise<void> {
    const { partitions, surplus } = this.#protocol.read(assignment);
    const given = new Set(partitions.map(({ topic, partition }) => partitionKey(topic, partition)));
    for (const key of this.#leases.keys()) if (!given.has(key)) this.#leases.delete(key);
    const news = partitions.filter(({ topic, partition }) => !this.#leases.has(partitionKey(topic, partition)));
    if (news.length > 0) await this.#cluster.refreshMetadata();
    const starts = news.length > 0 ? await startsOf(this.#cluster, coordinator, groupId, news) : [];
    if (this.#left) return;
    for (const start of starts) {
      this.#leases.set(partitionKey(start.topic, start.partition), { ...start, epoch: ++this.#epochs });
    }
    this.#surplus = new Set(surplus.map(({ topic, partition }) => partitionKey(topic, partition)));
  }

  async #beat(): Promise<void> {
    const coordinator = await this.#findCoordinator();
    const sentAt = performance.now();
    await coordinator.heartbeat({ ...this.#identity(), groupGenerationId: this.#generation });
    this.#heardAt = sentAt;
  }

  /** True where the error says what to do next, so that nothing has to be waited for. */
  #learnFrom(error: unknown): boolean {
    if (wasExpelled(error)) {
      this.#memberId = '';
      this.#generation = -1;
      this.#loseAll();
      this.#rejoin();
      return true;
    }
    if (mustRejoin(error)) {
      this.#rejoin();
      return true;
    }
    const lost = lostConnection(error);
    if (lost) this.#cluster.removeBroker(lost);
    this.#coordinator = null;
    this.#failure ??= { error: unavailable(error), since: performance.now() };
    const { log, member } = this.#options;
    log.debug({ err: error, group: member.group }, 'the coordinator of the group does not answer');
    return false;
  }

  /**
   * Whoever was silent for a session has been taken for dead, and others may hold what it held. While a join waits for the
   * others to join too, which they do within a session, the coordinator asks for no sign of life. A coordinator that was
   * away itself may not have missed it: it joins anew to be given again what it let go.
   */
  #dropWhatExpired(): void {
    const { sessionMs } = this.#options;
    const now = performance.now();
    if (this.#leases.size > 0 && now - this.#heardAt > (this.#mustJoin ? 2 : 1) * sessionMs) {
      this.#loseAll();
      this.#rejoin();
    }
    if (!this.#failure || now - this.#failure.since <= sessionMs) return;
    this.#settled.resolve();
    this.#options.changed();
  }

  #loseAll(): void {
    if (this.#leases.size === 0) return;
    this.#leases.clear();
    this.#surplus.clear();
    this.#options.changed();
  }

  #rejoin(): void {
    if (!this.#mustJoin) this.#steady = Promise.withResolvers();
    this.#mustJoin = true;
    this.#wake();
  }

  async #findCoordinator(): Promise<Node> {
    if (this.#coordinator) return this.#coordinator;
    await this.#cluster.connect();
    this.#coordinator = await this.#cluster.findGroupCoordinator({ groupId: this.#options.member.group });
    return this.#coordinator;
  }

  #partitionsOf(topic: string): number {
    return this.#cluster.findTopicPartitionMetadata(topic).length;
  }

  #identity(): { groupId: string; memberId: string } {
    return { groupId: this.#options.member.group, memberId: this.#memberId };
  }

  #holds({ topic, partition, epoch }: Lease): boolean {
    return this.#leases.get(partitionKey(topic, partition))?.epoch === epoch;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
