import type { MembershipCodec } from './client.ts';
import { shareOut, type Claim, type Partition } from './assignment.ts';

const name = 'darkroom-cooperative';

/** What members of a group tell each other when they join, and what the one that leads answers. */
export class GroupProtocol {
  readonly #codec: MembershipCodec;
  readonly #topics: string[];
  readonly #since = Date.now();

  constructor(codec: MembershipCodec, topics: string[]) {
    this.#codec = codec;
    this.#topics = topics;
  }

  /** What this member says of itself. */
  say(owned: Partition[], generation: number): { name: string; metadata: Buffer } {
    const claim = { since: this.#since, generation, owned: byTopic(owned) };
    return { name, metadata: this.#codec.encodeMetadata(this.#topics, Buffer.from(JSON.stringify(claim))) };
  }

  /** Every topic that one of the members reads. */
  topicsOf(members: { memberMetadata: Buffer }[]): string[] {
    return [...new Set(members.flatMap(({ memberMetadata }) => this.#codec.decodeMetadata(memberMetadata).topics))];
  }

  /** The shares of all members, by the member that leads. */
  share(
    members: { memberId: string; memberMetadata: Buffer }[],
    partitionsOf: (topic: string) => number,
  ): { memberId: string; memberAssignment: Buffer }[] {
    const claims = members.map(({ memberId, memberMetadata }) => this.#claimOf(memberId, memberMetadata));
    const topics = new Set(claims.flatMap((claim) => claim.topics));
    const portions = shareOut(claims, new Map([...topics].toSorted().map((topic) => [topic, partitionsOf(topic)])));
    return [...portions].map(([memberId, { partitions, surplus }]) => {
      const userData = Buffer.from(JSON.stringify({ surplus: byTopic(surplus) }));
      return { memberId, memberAssignment: this.#codec.encodeAssignment(byTopic(partitions), userData) };
    });
  }

  /** What the leader gave this member. */
  read(assignment: Buffer): { partitions: Partition[]; surplus: Partition[] } {
    const decoded = this.#codec.decodeAssignment(assignment);
    if (!decoded) return { partitions: [], surplus: [] };
    const { surplus } = JSON.parse(decoded.userData.toString()) as { surplus: Record<string, number[]> };
    return { partitions: toPartitions(decoded.assignment), surplus: toPartitions(surplus) };
  }

  #claimOf(id: string, metadata: Buffer): Claim {
    const { topics, userData } = this.#codec.decodeMetadata(metadata);
    const { since, generation, owned } = JSON.parse(userData.toString()) as {
      since: number;
      generation: number;
      owned: Record<string, number[]>;
    };
    return { id, topics, since, generation, owned: toPartitions(owned) };
  }
}

function byTopic(partitions: Partition[]): Record<string, number[]> {
  const topics: Record<string, number[]> = {};
  for (const { topic, partition } of partitions) (topics[topic] ??= []).push(partition);
  return topics;
}

function toPartitions(topics: Record<string, number[]>): Partition[] {
  return Object.entries(topics).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })));
}
