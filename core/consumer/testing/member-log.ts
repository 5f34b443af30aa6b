import type { Appended, Message, PartitionLag, PartitionOffsets, Received, TopicSpec } from '#core/broker/broker.ts';
import type { Lease, Member, MessageLog, Position, Share } from '#core/broker/embedded/log.ts';

export type Call = 'append' | 'fetch' | 'sync' | 'release' | 'leave' | 'commit' | 'ping';

/** What a call meets on its way: it may throw, wait, or never resolve. */
export type Weather = (call: Call) => Promise<void> | void;

/** The way of one member to a log that it shares with others; its ids are the same in every run. */
export class MemberLog implements MessageLog {
  readonly #log: MessageLog;
  readonly #name: string;
  readonly #weather: Weather;
  readonly #ids = new Map<string, string>();
  /** As what this member has last joined. */
  joined: Member | null = null;

  constructor(log: MessageLog, name: string, weather: Weather) {
    this.#log = log;
    this.#name = name;
    this.#weather = weather;
  }

  ensureTopics(topics: TopicSpec[]): Promise<void> {
    return this.#log.ensureTopics(topics);
  }

  async append(topic: string, messages: Message[]): Promise<Appended[]> {
    await this.#weather('append');
    return this.#log.append(topic, messages);
  }

  offsets(topic: string): Promise<PartitionOffsets[]> {
    return this.#log.offsets(topic);
  }

  lag(group: string, topics: string[]): Promise<PartitionLag[]> {
    return this.#log.lag(group, topics);
  }

  async fetch(positions: Position[], max: number, signal: AbortSignal): Promise<Received[]> {
    await this.#weather('fetch');
    return this.#log.fetch(positions, max, signal);
  }

  async sync(member: Member): Promise<Share> {
    await this.#weather('sync');
    this.joined = this.#as(member);
    return this.#log.sync(this.joined);
  }

  async release(member: Member, leases: Lease[]): Promise<void> {
    await this.#weather('release');
    return this.#log.release(this.#as(member), leases);
  }

  async leave(member: Member): Promise<void> {
    await this.#weather('leave');
    return this.#log.leave(this.#as(member));
  }

  async commit(member: Member, lease: Lease, offset: number, metadata: string): Promise<void> {
    await this.#weather('commit');
    return this.#log.commit(this.#as(member), lease, offset, metadata);
  }

  onGroupChange(group: string, listener: () => void): () => void {
    return this.#log.onGroupChange(group, listener);
  }

  async ping(): Promise<void> {
    await this.#weather('ping');
    return this.#log.ping();
  }

  async close(): Promise<void> {}

  #as(member: Member): Member {
    const id = this.#ids.get(member.id) ?? `${this.#name}-${this.#ids.size}`;
    this.#ids.set(member.id, id);
    return { ...member, id, name: this.#name };
  }
}
