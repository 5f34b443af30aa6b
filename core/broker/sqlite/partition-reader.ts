import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { PartitionLag, PartitionOffsets } from '../broker.ts';
import type { Position } from '../log/message-log.ts';
import type { Packed } from './packed.ts';
import type { TopicTable } from './topics.ts';

/** Bytes of values after which a batch takes no further message. */
const batchBytes = 1024 * 1024;

/** Messages of one partition, on their way to a reader. */
export interface PackedBatch extends Packed {
  topic: string;
  partition: number;
  offsets: number[];
  timestamps: number[];
}

/** Reads the log. Every statement is run to its end at once: no reader ever holds up the write-ahead log's turnover. */
export class PartitionReader {
  readonly #topics: TopicTable;
  readonly #fetch: StatementSync;
  readonly #offsets: StatementSync;
  readonly #lag: StatementSync;
  readonly #groupVersion: StatementSync;
  readonly #dataVersion: StatementSync;

  constructor(db: DatabaseSync, topics: TopicTable) {
    this.#topics = topics;
    this.#fetch = db.prepare(`
      SELECT offset, appended_ms, key, value, headers FROM messages
      WHERE partition_id = ? AND offset >= ? ORDER BY offset LIMIT ?`);
    this.#offsets = db.prepare(offsets);
    this.#lag = db.prepare(lag);
    this.#groupVersion = db.prepare('SELECT version FROM groups WHERE name = ?');
    this.#dataVersion = db.prepare('PRAGMA data_version');
  }

  /** What the first position that has messages has; null where none has. */
  fetch(positions: Position[], max: number): PackedBatch | null {
    for (const position of positions) {
      const batch = this.#fetchOne(position, max);
      if (batch.offsets.length > 0) return batch;
    }
    return null;
  }

  offsets(topic: string): PartitionOffsets[] {
    return this.#topics.partitionIds(topic).map((id) => ({ ...this.#offsets.get(id) }) as unknown as PartitionOffsets);
  }

  lag(group: string, topics: string[]): PartitionLag[] {
    return topics.flatMap((topic) =>
      this.#topics.partitionIds(topic).map((id) => ({ topic, ...this.#lag.get(group, id) }) as unknown as PartitionLag),
    );
  }

  /** Changes whenever members of the group should look at what they hold. */
  groupVersion(group: string): number {
    return (this.#groupVersion.get(group) as { version: number } | undefined)?.version ?? 0;
  }

  /** Changes with every commit of any process. */
  dataVersion(): number {
    return (this.#dataVersion.get() as { data_version: number }).data_version;
  }

  #fetchOne({ topic, partition, offset }: Position, max: number): PackedBatch {
    const id = this.#topics.partitionIds(topic)[partition] ?? 0;
    const batch = { topic, partition, offsets: [], timestamps: [], keys: [], headers: [], lengths: [] } as Omit<
      PackedBatch,
      'values'
    >;
    const values: Uint8Array[] = [];
    let bytes = 0;
    for (const row of this.#fetch.iterate(id, offset, max) as Iterable<unknown> as Iterable<MessageRow>) {
      batch.offsets.push(row.offset);
      batch.timestamps.push(row.appended_ms);
      batch.keys.push(row.key);
      batch.headers.push(row.headers);
      batch.lengths.push(row.value?.length ?? -1);
      if (row.value) values.push(row.value);
      bytes += row.value?.length ?? 0;
      if (bytes >= batchBytes) break;
    }
    return { ...batch, values: join(values, bytes) };
  }
}

function join(values: Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(bytes);
  let start = 0;
  for (const value of values) {
    joined.set(value, start);
    start += value.length;
  }
  return joined;
}

interface MessageRow {
  offset: number;
  appended_ms: number;
  key: string | null;
  value: Uint8Array | null;
  headers: string | null;
}

const offsets = `
  SELECT p.partition, p.first,
    coalesce((SELECT max(m.offset) + 1 FROM messages m WHERE m.partition_id = p.id), p.first) AS next
  FROM partitions p WHERE p.id = ?`;

const lag = `
  SELECT partition, committed, next, max(next - start, 0) AS messages,
    (SELECT appended_ms FROM messages WHERE partition_id = id AND offset >= start ORDER BY offset LIMIT 1) AS oldest
  FROM (
    SELECT p.id, p.partition, c.offset AS committed, max(coalesce(c.offset, 0), p.first) AS start,
      coalesce((SELECT max(m.offset) + 1 FROM messages m WHERE m.partition_id = p.id), p.first) AS next
    FROM partitions p LEFT JOIN commits c ON c.partition_id = p.id AND c.group_name = ?
    WHERE p.id = ?
  )`;
