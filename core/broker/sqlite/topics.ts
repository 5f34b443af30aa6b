import type { DatabaseSync } from 'node:sqlite';
import type { TopicSpec } from '../broker.ts';
import { partitionMismatch, unknownTopic } from '../log/topic-errors.ts';

/** The topics of the log. Row ids of partitions never change, so each connection remembers them. */
export class TopicTable {
  readonly #db: DatabaseSync;
  readonly #known = new Map<string, number[]>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Row ids of the topic's partitions, by partition. Throws for a topic that was never made. */
  partitionIds(topic: string): number[] {
    const ids = this.#known.get(topic) ?? this.#read(topic);
    if (ids.length === 0) throw unknownTopic(topic);
    this.#known.set(topic, ids);
    return ids;
  }

  /** Call within a transaction of its own. Retention follows the latest call. */
  ensure(topics: TopicSpec[]): void {
    for (const { name, partitions, retention } of topics) {
      const existing = this.#read(name).length;
      if (existing > 0 && existing !== partitions) throw partitionMismatch(name, existing, partitions);
      this.#keep(name, retention === 'work' ? null : retention);
      if (existing === 0) this.#addPartitions(name, partitions);
    }
  }

  #keep(name: string, retentionMs: number | null): void {
    this.#db
      .prepare(
        'INSERT INTO topics (name, retention_ms) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET retention_ms = excluded.retention_ms',
      )
      .run(name, retentionMs);
  }

  #addPartitions(name: string, partitions: number): void {
    const insert = this.#db.prepare(
      'INSERT INTO partitions (topic_id, partition) SELECT id, ? FROM topics WHERE name = ?',
    );
    for (let partition = 0; partition < partitions; partition++) insert.run(partition, name);
  }

  #read(topic: string): number[] {
    const rows = this.#db
      .prepare('SELECT p.id FROM partitions p JOIN topics t ON t.id = p.topic_id WHERE t.name = ? ORDER BY p.partition')
      .all(topic) as { id: number }[];
    return rows.map(({ id }) => id);
  }
}
