import { assign, partitionKey } from './log/assign.ts';
import type { Member } from './log/message-log.ts';

export interface Hold {
  member: string;
  epoch: number;
}

/** The members of one group of the memory log, what they hold and what they committed. */
export class MemoryGroup {
  readonly members = new Map<string, Member>();
  readonly holds = new Map<string, Hold>();
  readonly commits = new Map<string, { offset: number; metadata: string }>();
  readonly listeners = new Set<() => void>();
  readonly #killed = new Set<string>();
  #epoch = 0;

  /** Keeps the member and gives it what is free of its share. False if it was killed. */
  join(member: Member, partitions: ReadonlyMap<string, number>): boolean {
    if (this.#killed.has(member.id)) return false;
    const isNew = !this.members.has(member.id);
    this.members.set(member.id, member);
    for (const [key, owner] of this.#shares(partitions)) {
      if (owner === member.id && !this.holds.has(key)) this.holds.set(key, { member: member.id, epoch: ++this.#epoch });
    }
    if (isNew) this.#changed();
    return true;
  }

  /** What the member holds though it is another's share. */
  surplusOf(member: Member, partitions: ReadonlyMap<string, number>): Set<string> {
    const shares = this.#shares(partitions);
    const held = [...this.holds].filter(([, hold]) => hold.member === member.id).map(([key]) => key);
    return new Set(held.filter((key) => shares.get(key) !== member.id));
  }

  holdsNow(member: string, key: string, epoch: number): boolean {
    const hold = this.holds.get(key);
    return hold?.member === member && hold.epoch === epoch;
  }

  release(member: string, leases: { topic: string; partition: number; epoch: number }[]): void {
    for (const { topic, partition, epoch } of leases) {
      const key = partitionKey(topic, partition);
      if (this.holdsNow(member, key, epoch)) this.holds.delete(key);
    }
    this.#changed();
  }

  leave(member: string): void {
    if (!this.members.delete(member)) return;
    for (const [key, hold] of this.holds) if (hold.member === member) this.holds.delete(key);
    this.#changed();
  }

  kill(name: string): void {
    for (const member of [...this.members.values()].filter((each) => each.name === name)) {
      this.#killed.add(member.id);
      this.leave(member.id);
    }
  }

  #shares(partitions: ReadonlyMap<string, number>): Map<string, string> {
    return assign([...this.members.values()], partitions);
  }

  #changed(): void {
    for (const listener of this.listeners) queueMicrotask(listener);
  }
}
