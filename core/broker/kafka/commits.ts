import type { Cluster, Node } from './client.ts';
import { lostConnection } from './errors.ts';

/** Who commits: a commit of an earlier generation, or of one who was expelled, is refused. */
export interface Committer {
  memberId: string;
  generation: number;
}

interface Waiting {
  committer: Committer;
  topic: string;
  partition: number;
  offset: number;
  metadata: string;
  done: PromiseWithResolvers<void>;
}

/**
 * The commits of a member, over connections of their own. One request is under way at a time; what is to be committed
 * meanwhile goes out together, so that partitions side by side do not cost a request each.
 */
export class Commits {
  readonly #cluster: Cluster;
  readonly #groupId: string;
  #waiting: Waiting[] = [];
  #sending = false;
  #coordinator: Node | null = null;

  constructor(cluster: Cluster, groupId: string) {
    this.#cluster = cluster;
    this.#groupId = groupId;
  }

  /** Resolves once the coordinator has it. Rejects with the client's error. */
  commit(committer: Committer, topic: string, partition: number, offset: number, metadata: string): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ committer, topic, partition, offset, metadata, done });
    if (!this.#sending) void this.#send();
    return done.promise;
  }

  close(): void {
    this.#cluster.close();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#waiting.length > 0) {
      // What is asked for in the same turn goes out together.
      await Promise.resolve();
      const batch = this.#takeOfOne();
      try {
        await this.#request(batch);
        for (const { done } of batch) done.resolve();
      } catch (error) {
        const lost = lostConnection(error);
        if (lost) this.#cluster.removeBroker(lost);
        this.#coordinator = null;
        for (const { done } of batch) done.reject(error);
      }
    }
    this.#sending = false;
  }

  /** All that wait and are of the same committer as the first. */
  #takeOfOne(): Waiting[] {
    const first = this.#waiting[0]?.committer;
    const isSame = ({ committer }: Waiting) =>
      committer.memberId === first?.memberId && committer.generation === first.generation;
    const batch = this.#waiting.filter(isSame);
    this.#waiting = this.#waiting.filter((each) => !isSame(each));
    return batch;
  }

  async #request(batch: Waiting[]): Promise<void> {
    const [first] = batch;
    if (!first) return;
    const { memberId, generation } = first.committer;
    const topics = [...Map.groupBy(batch, ({ topic }) => topic)].map(([topic, list]) => ({
      topic,
      partitions: list.map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata })),
    }));
    const coordinator = await this.#findCoordinator();
    await coordinator.offsetCommit({ groupId: this.#groupId, memberId, groupGenerationId: generation, topics });
  }

  async #findCoordinator(): Promise<Node> {
    if (this.#coordinator) return this.#coordinator;
    await this.#cluster.connect();
    this.#coordinator = await this.#cluster.findGroupCoordinator({ groupId: this.#groupId });
    return this.#coordinator;
  }
}
