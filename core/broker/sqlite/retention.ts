import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Most offsets removed in one transaction, so that a publish never waits long. */
const chunk = 1000;

/**
 * Removes what may go, from the oldest on. Topics with a number of milliseconds: what is older. Work: what is older than
 * `workKeptMs` and passed by every group that ever committed in the topic or is reading it; nothing where there is none.
 */
export class Retention {
  readonly #workKeptMs: number;
  readonly #partitions: StatementSync;
  readonly #kept: StatementSync;
  readonly #next: StatementSync;
  readonly #remove: StatementSync;
  readonly #advance: StatementSync;

  constructor(db: DatabaseSync, workKeptMs: number) {
    this.#workKeptMs = workKeptMs;
    this.#partitions = db.prepare(partitionsWithLimit);
    this.#kept = db.prepare(`
      SELECT min(offset) AS offset FROM messages
      WHERE partition_id = ? AND offset >= ? AND offset < ? AND appended_ms >= ?`);
    this.#next = db.prepare('SELECT max(offset) + 1 AS next FROM messages WHERE partition_id = ?');
    this.#remove = db.prepare('DELETE FROM messages WHERE partition_id = ? AND offset < ?');
    this.#advance = db.prepare('UPDATE partitions SET first = ? WHERE id = ?');
  }

  /** Removes at most one chunk of each partition; call within a transaction. True when there may be more. */
  trim(now: number): boolean {
    const partitions = this.#partitions.all() as unknown as PartitionRow[];
    return partitions.map((partition) => this.#trimPartition(partition, now)).includes(true);
  }

  #trimPartition({ id, first, retention_ms, passed }: PartitionRow, now: number): boolean {
    const { next } = this.#next.get(id) as { next: number | null };
    const limit = Math.min(first + chunk, next ?? first, passed ?? Infinity);
    if (limit <= first) return false;
    const { offset } = this.#kept.get(id, first, limit, now - (retention_ms ?? this.#workKeptMs)) as {
      offset: number | null;
    };
    const end = offset ?? limit;
    if (end === first) return false;
    this.#remove.run(id, end);
    this.#advance.run(end, id);
    return end === first + chunk;
  }
}

interface PartitionRow {
  id: number;
  first: number;
  retention_ms: number | null;
  /** For work: the offset that every group has passed. */
  passed: number | null;
}

/** A group that reads a topic holds back its partitions from the beginning until it commits there. */
const partitionsWithLimit = `
  WITH readers AS (
    SELECT DISTINCT p.topic_id, g.group_name
    FROM (SELECT group_name, partition_id FROM commits UNION SELECT group_name, partition_id FROM holds) g
    JOIN partitions p ON p.id = g.partition_id
  )
  SELECT p.id, p.first, t.retention_ms,
    CASE WHEN t.retention_ms IS NULL THEN (
      SELECT coalesce(min(coalesce(c.offset, 0)), 0)
      FROM readers r LEFT JOIN commits c ON c.group_name = r.group_name AND c.partition_id = p.id
      WHERE r.topic_id = p.topic_id
    ) END AS passed
  FROM partitions p JOIN topics t ON t.id = p.topic_id`;
