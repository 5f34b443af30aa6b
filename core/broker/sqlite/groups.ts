import type { DatabaseSync } from 'node:sqlite';
import { assign, partitionKey } from '../log/assign.ts';
import { assignmentLost } from '../log/holding.ts';
import type { Lease, Member, Share } from '../log/message-log.ts';
import type { Lifeline } from './lifeline.ts';
import type { TopicTable } from './topics.ts';

/**
 * Members of groups and the partitions they hold. Every method runs within a write transaction, so all processes see one
 * order of events: a partition is free once its holder released it, left, or was swept out, which happens when its process
 * is dead or its lease ran out. A commit under a lease that was swept finds no hold of its epoch, however late the frozen
 * process wakes; a lease that ran out and that nobody swept is still good, since nobody else can have the partition.
 */
export class GroupTable {
  readonly #topics: TopicTable;
  readonly #lifeline: Lifeline;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: DatabaseSync, topics: TopicTable, lifeline: Lifeline) {
    this.#topics = topics;
    this.#lifeline = lifeline;
    this.#statements = prepare(db);
  }

  /** Confirms the membership and takes what is free of the member's share. `changed`: others have something to look at. */
  sync(member: Member, leaseMs: number): { share: Share; changed: boolean } {
    const partitions = new Map(member.topics.map((topic) => [topic, this.#topics.partitionIds(topic).length]));
    const swept = this.#sweep(member);
    const isNew = this.#statements.renew.run(Date.now(), member.id).changes === 0;
    if (isNew) {
      const { id, group, name, topics } = member;
      this.#statements.join.run(id, group, name, this.#lifeline.id, JSON.stringify(topics), Date.now(), leaseMs);
    }
    const shares = this.#shares(member.group, partitions);
    this.#takeFree(member, shares);
    const leases = this.#leasesOf(member);
    const surplus = leases.filter((lease) => shares.get(partitionKey(lease.topic, lease.partition)) !== member.id);
    const changed = swept || isNew;
    if (changed) this.#statements.change.run(member.group);
    return { share: { leases, surplus }, changed };
  }

  release(member: Member, leases: Lease[]): void {
    for (const { topic, partition, epoch } of leases) {
      this.#statements.release.run(member.group, this.#partitionId(topic, partition), member.id, epoch);
    }
    this.#statements.change.run(member.group);
  }

  leave(member: Member): void {
    this.#expel(member.group, member.id);
    this.#statements.change.run(member.group);
  }

  commit(member: Member, lease: Lease, offset: number, metadata: string): void {
    const partitionId = this.#partitionId(lease.topic, lease.partition);
    const hold = this.#statements.hold.get(member.group, partitionId, member.id, lease.epoch);
    if (!hold) throw assignmentLost(lease.topic, lease.partition);
    this.#statements.commit.run(member.group, partitionId, offset, metadata);
  }

  /** Moves the leases of these members on. Returns those who are members no more. */
  renew(members: Iterable<Member>): Member[] {
    return [...members].filter(({ id }) => this.#statements.renew.run(Date.now(), id).changes === 0);
  }

  #sweep({ group, id }: Member): boolean {
    const others = this.#statements.others.all(Date.now(), group, id) as {
      id: string;
      process: string;
      expired: number;
    }[];
    const gone = others.filter((other) => other.expired === 1 || !this.#lifeline.isAlive(other.process));
    for (const other of gone) this.#expel(group, other.id);
    return gone.length > 0;
  }

  #expel(group: string, id: string): void {
    this.#statements.leave.run(id);
    this.#statements.releaseAll.run(group, id);
  }

  #shares(group: string, partitions: Map<string, number>): Map<string, string> {
    const rows = this.#statements.members.all(group) as { id: string; topics: string }[];
    const members = rows.map((row) => ({ id: row.id, topics: JSON.parse(row.topics) as string[] }));
    return assign(members, partitions);
  }

  #takeFree(member: Member, shares: Map<string, string>): void {
    for (const topic of member.topics) {
      this.#topics.partitionIds(topic).forEach((partitionId, partition) => {
        if (shares.get(partitionKey(topic, partition)) !== member.id) return;
        if (this.#statements.held.get(member.group, partitionId)) return;
        const { epoch } = this.#statements.nextEpoch.get(member.group) as { epoch: number };
        this.#statements.take.run(member.group, partitionId, member.id, epoch);
      });
    }
  }

  #leasesOf({ group, id }: Member): Lease[] {
    const rows = this.#statements.leases.all(group, id) as unknown as LeaseRow[];
    return rows.map(({ offset, metadata, ...lease }) => ({
      ...lease,
      committed: offset === null ? null : { offset, metadata: metadata ?? '' },
    }));
  }

  #partitionId(topic: string, partition: number): number {
    return this.#topics.partitionIds(topic)[partition] ?? 0;
  }
}

interface LeaseRow {
  topic: string;
  partition: number;
  epoch: number;
  first: number;
  next: number;
  offset: number | null;
  metadata: string | null;
}

function prepare(db: DatabaseSync) {
  return {
    /** `abs`: a clock set back must not keep a dead member alive. */
    others: db.prepare(`
      SELECT id, process, abs(? - renewed_ms) > lease_ms AS expired FROM members WHERE group_name = ? AND id <> ?`),
    renew: db.prepare('UPDATE members SET renewed_ms = ? WHERE id = ?'),
    join: db.prepare(
      'INSERT INTO members (id, group_name, name, process, topics, renewed_ms, lease_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    leave: db.prepare('DELETE FROM members WHERE id = ?'),
    members: db.prepare('SELECT id, topics FROM members WHERE group_name = ? ORDER BY seq'),
    change: db.prepare(`
      INSERT INTO groups (name, version, epoch) VALUES (?, 1, 0) ON CONFLICT (name) DO UPDATE SET version = version + 1`),
    nextEpoch: db.prepare(`
      INSERT INTO groups (name, version, epoch) VALUES (?, 0, 1) ON CONFLICT (name) DO UPDATE SET epoch = epoch + 1
      RETURNING epoch`),
    held: db.prepare('SELECT 1 FROM holds WHERE group_name = ? AND partition_id = ?'),
    hold: db.prepare('SELECT 1 FROM holds WHERE group_name = ? AND partition_id = ? AND member_id = ? AND epoch = ?'),
    take: db.prepare('INSERT INTO holds (group_name, partition_id, member_id, epoch) VALUES (?, ?, ?, ?)'),
    release: db.prepare('DELETE FROM holds WHERE group_name = ? AND partition_id = ? AND member_id = ? AND epoch = ?'),
    releaseAll: db.prepare('DELETE FROM holds WHERE group_name = ? AND member_id = ?'),
    leases: db.prepare(`
      SELECT t.name AS topic, p.partition, h.epoch, p.first, c.offset, c.metadata,
        coalesce((SELECT max(m.offset) + 1 FROM messages m WHERE m.partition_id = p.id), p.first) AS next
      FROM holds h
      JOIN partitions p ON p.id = h.partition_id
      JOIN topics t ON t.id = p.topic_id
      LEFT JOIN commits c ON c.group_name = h.group_name AND c.partition_id = h.partition_id
      WHERE h.group_name = ? AND h.member_id = ?
      ORDER BY t.name, p.partition`),
    commit: db.prepare(`
      INSERT INTO commits (group_name, partition_id, offset, metadata) VALUES (?, ?, ?, ?)
      ON CONFLICT (group_name, partition_id) DO UPDATE SET offset = excluded.offset, metadata = excluded.metadata`),
  };
}
