import { expect, test } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import { numbered } from '../contract-bench.ts';
import { MemoryLog } from '../memory-log.ts';
import { openMemoryBroker } from '../memory.ts';
import { RecordingReader } from '../recording-reader.ts';
import type { Lease, Member } from './message-log.ts';

test('a reader is told that a partition is lost before it is released to the next', async () => {
  const held: number[] = [];
  class WatchedLog extends MemoryLog {
    override async release(member: Member, leases: Lease[]): Promise<void> {
      held.push(first.held.size);
      await super.release(member, leases);
    }
  }
  const log = new WatchedLog();
  const broker = openMemoryBroker(log);
  await broker.ensureTopics([{ name: 'two', partitions: 2, retention: 'work' }]);
  const first = new RecordingReader(broker, { topics: ['two'] });
  await first.until(() => first.held.size === 2);
  const second = new RecordingReader(broker, { topics: ['two'] });
  await second.until(() => second.held.size === 1);
  expect(held).toEqual([1]);
  await broker.close();
});

test('a full disk costs no member what it holds: it tries again', async () => {
  let full = false;
  class FullLog extends MemoryLog {
    override async sync(member: Member) {
      if (full) throw new DarkroomError('storage_full', 'There is no room.');
      return super.sync(member);
    }
  }
  const log = new FullLog();
  const broker = openMemoryBroker(log);
  await broker.ensureTopics([{ name: 'one', partitions: 1, retention: 'work' }]);
  const reader = new RecordingReader(broker, { topics: ['one'] });
  await reader.until(() => reader.held.size === 1);
  full = true;
  const other = new RecordingReader(broker, { topics: ['one'] });
  await broker.publish('one', numbered(1));
  await reader.until(() => reader.received.length === 1);
  full = false;
  await Promise.all([reader.stop(), other.stop()]);
  expect(reader.assignments).toHaveLength(1);
});
