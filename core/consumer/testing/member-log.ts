import type { Appended, Message, PartitionLag, PartitionOffsets, Received, TopicSpec } from '#core/broker/broker.ts';
import type { Lease, LogReader, Member, MessageLog, Position, Share } from '#core/broker/log/message-log.ts';

export type Call = 'append' | 'fetch' | 'sync' | 'release' | 'leave' | 'commit' | 'ping';

/** What a call meets on its way there and back: it may throw, wait, or never resolve. */
export type Weather = (call: Call, way: 'there' | 'back') => Promise<void> | void;

/** The way of one member to a log that it shares with others; its ids are the same in every run. */
export class MemberLog implements MessageLog {
  readonly #log: MessageLog;
  readonly #reader: LogReader;
  readonly #name: string;
  readonly #weather: Weather;
  readonly #ids = new Map<string, string>();
  /** As what this member has last joined. */
  joined: Member | null = null;

  constructor(log: MessageLog, name: string, weather: Weather) {
    this.#log = log;
    this.#reader = log.openReader();
    this.#name = name;
    this.#weather = weather;
  }

  ensureTopics(topics: TopicSpec[]): Promise<void> {
    return this.#log.ensureTopics(topics);
  }

  append(topic: string, messages: Message[]): Promise<Appended[]> {
    return this.#through('append', () => this.#log.append(topic, messages));
  }

  offsets(topic: string): Promise<PartitionOffsets[]> {
    return this.#log.offsets(topic);
  }

  lag(group: string, topics: string[]): Promise<PartitionLag[]> {
    return this.#log.lag(group, topics);
  }

  openReader(): LogReader {
    return { fetch: (...asked) => this.fetch(...asked), close: async () => {} };
  }

  fetch(positions: Position[], max: number, signal: AbortSignal): Promise<Received[]> {
    return this.#through('fetch', () => this.#reader.fetch(positions, max, signal));
  }

  sync(member: Member, signal: AbortSignal): Promise<Share> {
    return this.#through('sync', () => {
      this.joined = this.#as(member);
      return this.#log.sync(this.joined, signal);
    });
  }

  release(member: Member, leases: Lease[]): Promise<void> {
    return this.#through('release', () => this.#log.release(this.#as(member), leases));
  }

  leave(member: Member): Promise<void> {
    return this.#through('leave', () => this.#log.leave(this.#as(member)));
  }

  commit(member: Member, lease: Lease, offset: number, metadata: string): Promise<void> {
    return this.#through('commit', () => this.#log.commit(this.#as(member), lease, offset, metadata));
  }

  onGroupChange(group: string, listener: () => void): () => void {
    return this.#log.onGroupChange(group, listener);
  }

  ping(): Promise<void> {
    return this.#through('ping', () => this.#log.ping());
  }

  async close(): Promise<void> {}

  async #through<R>(call: Call, work: () => Promise<R>): Promise<R> {
    await this.#weather(call, 'there');
    const result = await work();
    await this.#weather(call, 'back');
    return result;
  }

  #as(member: Member): Member {
    const id = this.#ids.get(member.id) ?? `${this.#name}-${this.#ids.size}`;
    this.#ids.set(member.id, id);
    return { ...member, id, name: this.#name };
  }
}
