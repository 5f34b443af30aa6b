import { setTimeout as pause } from 'node:timers/promises';
import { DarkroomError } from '#core/errors.ts';
import type { Log } from '#core/telemetry/log.ts';
import type { Appended, Message, PartitionLag, PartitionOffsets, TopicSpec } from '../broker.ts';
import { assignmentLost } from '../log/holding.ts';
import type { Lease, LogReader, Member, MessageLog, Share } from '../log/message-log.ts';
import { unknownTopic } from '../log/topic-errors.ts';
import type { Admin, Cluster, KafkaClient, Node } from './client.ts';
import { isStale, lostConnection, unavailable } from './errors.ts';
import { Ages, lagOf } from './lag.ts';
import { Membership } from './membership.ts';
import { unlessAborted, within } from './patience.ts';
import { Publisher } from './publisher.ts';
import { KafkaReader } from './reader.ts';
import { startTrimming, trim, type RetentionOptions } from './retention.ts';
import { offsetsOf } from './starts.ts';
import { makeTopics, partitionsOf } from './topics.ts';

export interface KafkaLogOptions {
  client: KafkaClient;
  log: Log;
  /** A member that is not heard of for so long loses its partitions. */
  sessionMs: number;
  compresses: boolean;
  retention: RetentionOptions;
}

/** How long a ping waits for its answer. */
const pingMs = 3_000;
const firstRetryMs = 20;
const longestRetryMs = 640;
const nothing: Share = { leases: [], surplus: [] };

/**
 * A Kafka cluster as a log. Connects when first needed. Topics that could not be made since no broker answered are made
 * before the first thing that needs them.
 */
export class KafkaLog implements MessageLog {
  readonly #options: KafkaLogOptions;
  readonly #publisher: Publisher;
  readonly #memberships = new Map<string, Membership>();
  /** Of members that left while no broker could hear it, by group. */
  readonly #places = new Map<string, string[]>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #ages: Ages;
  readonly #specs: TopicSpec[] = [];
  readonly #trimming: { stop(): Promise<void> };
  #unmade: TopicSpec[] = [];
  #making: Promise<void> | null = null;
  /** For questions that are answered at once. */
  readonly #cluster: Cluster;
  readonly #admin: Admin;
  readonly #readers = new Set<LogReader>();

  constructor(options: KafkaLogOptions) {
    const { client, compresses, retention, log } = options;
    this.#options = options;
    this.#cluster = client.cluster();
    this.#admin = client.admin();
    this.#ages = new Ages(this.#cluster);
    this.#publisher = new Publisher({ client, compresses, partitionsOf: (topic) => this.#countPartitions(topic) });
    this.#trimming = startTrimming(() => this.#trim(), retention.everyMs, log);
  }

  async ensureTopics(specs: TopicSpec[]): Promise<void> {
    this.#specs.push(...specs);
    this.#unmade.push(...specs);
    try {
      await this.#made();
    } catch (error) {
      if (!(error instanceof DarkroomError) || error.code !== 'broker_unavailable') {
        this.#unmade = this.#unmade.filter((spec) => !specs.includes(spec));
        throw error;
      }
      this.#options.log.error({ err: error }, 'Kafka cannot be reached; its topics are made once it can');
    }
  }

  async append(topic: string, messages: Message[]): Promise<Appended[]> {
    await this.#made();
    return this.#publisher.publish(topic, messages);
  }

  async offsets(topic: string): Promise<PartitionOffsets[]> {
    await this.#made();
    return this.#ask(async () => offsetsOf(this.#cluster, topic, await this.#partitionsOf(topic)));
  }

  async lag(group: string, topics: string[]): Promise<PartitionLag[]> {
    await this.#made();
    return this.#ask(async () => {
      const partitions = await Promise.all(
        topics.map(async (topic) => [topic, await this.#partitionsOf(topic)] as const),
      );
      const coordinator = await this.#coordinatorOf(group);
      return lagOf(this.#cluster, coordinator, group, new Map(partitions), this.#ages);
    });
  }

  openReader(): LogReader {
    const { client, sessionMs, log } = this.#options;
    const reader = new KafkaReader(client, { giveUpMs: sessionMs, log }, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    return reader;
  }

  async sync(member: Member, signal: AbortSignal): Promise<Share> {
    await unlessAborted(signal, this.#made());
    if (signal.aborted) return nothing;
    let membership = this.#memberships.get(member.id);
    if (!membership) {
      const { client, sessionMs, log } = this.#options;
      const changed = () => this.#listeners.get(member.group)?.forEach((listener) => listener());
      const place = this.#places.get(member.group)?.pop();
      membership = new Membership({ client, member, sessionMs, log, changed, place });
      this.#memberships.set(member.id, membership);
    }
    return (await unlessAborted(signal, membership.share())) ?? nothing;
  }

  async release(member: Member, leases: Lease[]): Promise<void> {
    this.#memberships.get(member.id)?.release(leases);
  }

  async leave(member: Member): Promise<void> {
    const membership = this.#memberships.get(member.id);
    this.#memberships.delete(member.id);
    const place = await membership?.leave(async (groupId, memberId) => {
      const coordinator = await this.#coordinatorOf(groupId);
      await coordinator.leaveGroup({ groupId, memberId });
    });
    if (place) this.#places.set(member.group, [...(this.#places.get(member.group) ?? []), place]);
  }

  async commit(member: Member, lease: Lease, offset: number, metadata: string): Promise<void> {
    const membership = this.#memberships.get(member.id);
    if (!membership) throw assignmentLost(lease.topic, lease.partition);
    await membership.commit(lease, offset, metadata);
  }

  onGroupChange(group: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(group) ?? new Set();
    this.#listeners.set(group, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(group);
    };
  }

  async ping(): Promise<void> {
    const answer = async () => {
      await this.#made();
      await this.#ask(() => this.#cluster.refreshMetadata());
    };
    await within(pingMs, answer());
  }

  async close(): Promise<void> {
    const trimmed = this.#trimming.stop();
    await this.#publisher.close();
    this.#admin.close();
    this.#cluster.close();
    await Promise.all([trimmed, ...[...this.#readers].map((reader) => reader.close())]);
  }

  /** Resolves once every topic asked for is there. */
  async #made(): Promise<void> {
    if (this.#unmade.length === 0) return;
    this.#making ??= this.#make().finally(() => (this.#making = null));
    await this.#making;
  }

  async #make(): Promise<void> {
    const specs = [...this.#unmade];
    await makeTopics(this.#admin, this.#cluster, specs);
    this.#unmade = this.#unmade.filter((spec) => !specs.includes(spec));
  }

  async #trim(): Promise<void> {
    if (this.#specs.length === 0) return;
    await this.#made();
    await Promise.all(this.#specs.map(({ name }) => this.#partitionsOf(name)));
    await this.#admin.connect();
    const { client, retention } = this.#options;
    const trimmed = { cluster: this.#cluster, codec: client.membership, admin: this.#admin, specs: this.#specs };
    await trim(trimmed, retention);
  }

  async #countPartitions(topic: string): Promise<number> {
    const partitions = await this.#ask(() => this.#partitionsOf(topic));
    return partitions.length;
  }

  async #partitionsOf(topic: string): Promise<{ partition: number }[]> {
    await this.#cluster.connect();
    const partitions = await partitionsOf(this.#cluster, topic);
    if (partitions.length > 0) return partitions;
    if (!this.#specs.some(({ name }) => name === topic)) throw unknownTopic(topic);
    throw new DarkroomError('broker_unavailable', `Kafka does not yet know ${topic}.`);
  }

  async #coordinatorOf(groupId: string): Promise<Node> {
    await this.#cluster.connect();
    return this.#cluster.findGroupCoordinator({ groupId });
  }

  /**
   * What goes wrong with a question is either wrong in the question or a broker that cannot be reached. One that was put to
   * the wrong broker is put again: partitions change their leader without a word, and new ones have none for a moment.
   */
  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      await this.#cluster.connect();
      for (let waitMs = firstRetryMs; ; waitMs *= 2) {
        try {
          return await question();
        } catch (error) {
          const lost = lostConnection(error);
          if (lost) this.#cluster.removeBroker(lost);
          if (!isStale(error) || waitMs > longestRetryMs) throw error;
        }
        await pause(waitMs);
        await this.#cluster.refreshMetadata();
      }
    } catch (error) {
      throw unavailable(error);
    }
  }
}
