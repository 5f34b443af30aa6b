import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Appended } from '../broker.ts';
import { partitionOf } from '../log/partitioner.ts';
import { valuesOf, type Packed } from './packed.ts';
import type { TopicTable } from './topics.ts';

/** Appends messages within the transaction under way. */
export class Appender {
  readonly #topics: TopicTable;
  readonly #insert: StatementSync;
  readonly #next: StatementSync;
  #unkeyed = 0;

  constructor(db: DatabaseSync, topics: TopicTable) {
    this.#topics = topics;
    this.#insert = db.prepare(
      'INSERT INTO messages (partition_id, offset, appended_ms, key, value, headers) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#next = db.prepare(`
      SELECT coalesce(
        (SELECT max(offset) + 1 FROM messages WHERE partition_id = p.id), p.first
      ) AS next FROM partitions p WHERE p.id = ?`);
  }

  append(topic: string, packed: Packed): Appended[] {
    const ids = this.#topics.partitionIds(topic);
    const values = valuesOf(packed);
    const nextOffsets = new Map<number, number>();
    const now = Date.now();
    return packed.keys.map((key, index) => {
      const partition = key === null ? this.#unkeyed++ % ids.length : partitionOf(key, ids.length);
      const id = ids[partition] ?? 0;
      const offset = nextOffsets.get(id) ?? this.#nextOffset(id);
      nextOffsets.set(id, offset + 1);
      this.#insert.run(id, offset, now, key, values[index] ?? null, packed.headers[index] ?? null);
      return { partition, offset };
    });
  }

  #nextOffset(partitionId: number): number {
    return (this.#next.get(partitionId) as { next: number }).next;
  }
}
