import { assign, partitionKey } from '../log/assign.ts';

/** What a member of a group says of itself when it joins. */
export interface Claim {
  id: string;
  topics: string[];
  /** When it came, in ms since the epoch: whoever came first is served first, so that little moves. */
  since: number;
  /** The generation in which it was given what it owns. */
  generation: number;
  owned: Partition[];
}

export interface Partition {
  topic: string;
  partition: number;
}

/** What a member holds until the next rebalance, and what of it others wait for. */
export interface Portion {
  partitions: Partition[];
  surplus: Partition[];
}

/**
 * Shares partitions out so that none has two holders: what a present member owns stays with it, and where it is another's
 * share it is told to give it back; then the group rebalances once more, and only then the other gets it. So work in
 * hand goes on while members come and go, except where its partition moves. Pure: whoever leads comes to the same answer.
 */
export function shareOut(claims: Claim[], partitions: ReadonlyMap<string, number>): Map<string, Portion> {
  const ordered = claims.toSorted((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
  const owners = ownersOf(ordered);
  const shares = assign(ordered, partitions);
  const portions = new Map<string, Portion>(claims.map(({ id }) => [id, { partitions: [], surplus: [] }]));
  for (const [topic, count] of partitions) {
    for (let partition = 0; partition < count; partition++) {
      const key = partitionKey(topic, partition);
      const share = shares.get(key);
      const holder = owners.get(key) ?? share;
      const portion = holder === undefined ? undefined : portions.get(holder);
      const each = { topic, partition };
      portion?.partitions.push(each);
      if (holder !== share) portion?.surplus.push(each);
    }
  }
  return portions;
}

/** Of two that claim the same, whoever was given it last. */
function ownersOf(claims: Claim[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { id, topics, owned } of claims.toSorted((a, b) => a.generation - b.generation)) {
    for (const { topic, partition } of owned)
      if (topics.includes(topic)) owners.set(partitionKey(topic, partition), id);
  }
  return owners;
}
