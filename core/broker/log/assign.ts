/** A member of a group and the topics it reads. */
export interface Subscriber {
  id: string;
  topics: string[];
}

/**
 * Who should hold which partition: of each topic its subscribers take contiguous ranges in the order given, which differ
 * by one at most. Pure, so that every process comes to the same answer; with members in the order they joined, one that
 * comes or goes moves few partitions.
 */
export function assign(members: Subscriber[], partitions: ReadonlyMap<string, number>): Map<string, string> {
  const holders = new Map<string, string>();
  for (const [topic, count] of partitions) {
    const subscribers = members.filter((member) => member.topics.includes(topic));
    subscribers.forEach((member, index) => {
      const start = Math.floor((index * count) / subscribers.length);
      const end = Math.floor(((index + 1) * count) / subscribers.length);
      for (let partition = start; partition < end; partition++) holders.set(partitionKey(topic, partition), member.id);
    });
  }
  return holders;
}

/** Names a partition in maps and logs. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
