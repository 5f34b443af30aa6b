import { expect, test } from 'vitest';
import { message, numbered, type Bench } from './contract-bench.ts';
import type { Assignment } from './broker.ts';
import { partitionKey } from './log/assign.ts';
import { commitAll, RecordingReader, untilAll } from './recording-reader.ts';

/** Guarantees 4, 5, 6, 7, 8 and 11. */
export function groupTests(bench: () => Bench): void {
  const heldBy = (readers: RecordingReader[]) => readers.flatMap(({ held }) => [...held.keys()]).toSorted();
  const sixPartitions = ['six/0', 'six/1', 'six/2', 'six/3', 'six/4', 'six/5'];

  test('4. a group resumes at its commit, and what was not committed comes again', async () => {
    const { broker } = bench();
    await broker.publish('one', numbered(10));
    const first = new RecordingReader(broker, { topics: ['one'], maxBatch: 4 });
    await first.until(() => first.received.length === 10);
    await first.assignments[0]?.commit(6);
    await first.stop();
    const second = new RecordingReader(await bench().connect(), { topics: ['one'] });
    await second.until(() => second.received.length === 4);
    expect(second.values).toEqual(['6', '7', '8', '9']);
    expect(second.assignments[0]?.committed).toEqual({ offset: 6, metadata: '' });
  });

  test('4. a group that never committed begins at the earliest or the latest, as it asks', async () => {
    const { broker } = bench();
    await broker.publish('one', numbered(2));
    const earliest = new RecordingReader(broker, { topics: ['one'], group: 'a', from: 'earliest' });
    const latest = new RecordingReader(broker, { topics: ['one'], group: 'b', from: 'latest' });
    await latest.until(() => latest.held.size === 1);
    await broker.publish('one', [message('new')]);
    await Promise.all([
      earliest.until(() => earliest.received.length === 3),
      latest.until(() => latest.received.length > 0),
    ]);
    expect(latest.values).toEqual(['new']);
    expect(latest.assignments[0]?.committed).toBeNull();
  });

  test('4. a reader told of a partition can begin elsewhere before the first batch, and go back later', async () => {
    const { broker } = bench();
    await broker.publish('one', numbered(5));
    const onAssigned = async (assignment: Assignment) => {
      await broker.ping();
      assignment.seek(3);
    };
    const reader = new RecordingReader(broker, { topics: ['one'], onAssigned });
    await reader.until(() => reader.received.length === 2);
    reader.assignments[0]?.seek(1);
    await reader.until(() => reader.received.length === 6);
    expect(reader.values).toEqual(['3', '4', '1', '2', '3', '4']);
  });

  test('4. nothing of a paused partition is read until it is resumed; the others go on', async () => {
    const { broker } = bench();
    const reader = new RecordingReader(broker, { topics: ['one', 'six'] });
    await reader.until(() => reader.held.size === 7);
    reader.held.get('one/0')?.pause();
    await broker.publish('one', [message('paused')]);
    await broker.publish('six', numbered(20));
    await reader.until(() => reader.received.length === 20);
    expect(reader.values).not.toContain('paused');
    reader.held.get('one/0')?.resume();
    await reader.until(() => reader.values.includes('paused'));
  });

  test('5. members share the partitions, and every partition has a holder after each comes and goes', async () => {
    const readers: RecordingReader[] = [];
    const shared = () => untilAll(readers, () => readers.every(({ held }) => held.size === 6 / readers.length));
    for (const member of ['a', 'b', 'c']) {
      readers.push(new RecordingReader(await bench().connect(), { topics: ['six'], member }));
      await shared();
      expect(heldBy(readers)).toEqual(sixPartitions);
    }
    await readers.splice(1, 1)[0]?.stop();
    await shared();
    expect(heldBy(readers)).toEqual(sixPartitions);
  });

  test('5. no partition is given to a member while another still holds it, however they come and go', async () => {
    const holders = new Map<string, Assignment>();
    const twice: string[] = [];
    const onAssigned = (assignment: Assignment) => {
      const key = partitionKey(assignment.topic, assignment.partition);
      if (holders.get(key)?.lost.aborted === false) twice.push(key);
      holders.set(key, assignment);
    };
    const clients = [bench().broker, await bench().connect(), await bench().connect()];
    const readers: RecordingReader[] = [];
    for (let round = 0; round < 12; round++) {
      const client = clients[round % 3] ?? bench().broker;
      const reader = new RecordingReader(client, { topics: ['six'], member: `${round}`, onAssigned });
      readers.push(reader);
      await reader.until(() => reader.held.size > 0);
      if (readers.length > 3) await readers.shift()?.stop();
    }
    await Promise.all(readers.slice(1).map((reader) => reader.stop()));
    const [last] = readers as [RecordingReader];
    await last.until(() => last.held.size === 6);
    expect(twice).toEqual([]);
  });

  test('5. members of a group may read different topics, and each topic is shared by those who read it', async () => {
    const ones = new RecordingReader(bench().broker, { topics: ['one'] });
    const sixes = new RecordingReader(await bench().connect(), { topics: ['six'] });
    const both = new RecordingReader(await bench().connect(), { topics: ['one', 'six'] });
    const readers = [ones, sixes, both];
    await untilAll(readers, () => sixes.held.size === 3 && heldBy(readers).length === 7);
    expect(heldBy(readers)).toEqual(['one/0', ...sixPartitions]);
    expect([...sixes.held.keys()].every((key) => key.startsWith('six/'))).toBe(true);
    await ones.stop();
    await untilAll([sixes, both], () => both.held.has('one/0'));
  });

  test('6. the partitions of a member whose client closes go to the others at once', async () => {
    const closing = await bench().connect();
    const first = new RecordingReader(closing, { topics: ['six'] });
    await first.until(() => first.held.size === 6);
    const second = new RecordingReader(bench().broker, { topics: ['six'] });
    await untilAll([first, second], () => first.held.size === 3 && second.held.size === 3);
    await closing.close();
    await second.until(() => second.held.size === 6);
    expect(heldBy([first, second])).toEqual(sixPartitions);
  });

  test('7. a commit through an assignment that was lost is refused and changes nothing', async () => {
    const { broker } = bench();
    await broker.publish('six', numbered(60));
    const first = new RecordingReader(broker, { topics: ['six'] }, commitAll);
    await first.until(() => first.received.length === 60);
    const second = new RecordingReader(await bench().connect(), { topics: ['six'] });
    await first.until(() => first.assignments.some(({ lost }) => lost.aborted));
    const lost = first.assignments.filter((each) => each.lost.aborted);
    await untilAll([first, second], () => first.held.size === 3 && second.held.size === 3);
    const before = await broker.lag('group', ['six']);
    for (const assignment of lost)
      await expect(assignment.commit(1)).rejects.toMatchObject({ code: 'assignment_lost' });
    expect(await broker.lag('group', ['six'])).toEqual(before);
  });

  test('7. work begun under a lost assignment cannot commit through the one that came back', async () => {
    const first = new RecordingReader(bench().broker, { topics: ['one'] });
    await first.until(() => first.held.size === 1);
    const before = first.assignments[0];
    await first.stop();
    const again = new RecordingReader(bench().broker, { topics: ['one'] });
    await again.until(() => again.held.size === 1);
    await expect(before?.commit(1)).rejects.toMatchObject({ code: 'assignment_lost' });
    await again.held.get('one/0')?.commit(0);
    expect((await bench().broker.lag('group', ['one']))[0]?.committed).toBe(0);
  });

  test('8. groups are independent of each other', async () => {
    const { broker } = bench();
    await broker.publish('one', numbered(3));
    const a = new RecordingReader(broker, { topics: ['one'], group: 'a' }, commitAll);
    await a.until(() => a.received.length === 3);
    const b = new RecordingReader(broker, { topics: ['one'], group: 'b' });
    await b.until(() => b.received.length === 3);
    const [lagOfA, lagOfB] = [await broker.lag('a', ['one']), await broker.lag('b', ['one'])];
    expect(lagOfA).toEqual([{ topic: 'one', partition: 0, committed: 3, next: 3, messages: 0, oldest: null }]);
    const oldest = b.received[0]?.timestamp;
    expect(lagOfB).toEqual([{ topic: 'one', partition: 0, committed: null, next: 3, messages: 3, oldest }]);
  });

  test('11. the metadata of a commit comes back with the assignment that resumes there', async () => {
    const { broker } = bench();
    await broker.publish('one', numbered(3));
    const first = new RecordingReader(broker, { topics: ['one'] });
    await first.until(() => first.received.length === 3);
    await first.assignments[0]?.commit(0, 'earlier');
    await first.assignments[0]?.commit(1, 'ü'.repeat(2000));
    await expect(first.assignments[0]?.commit(2, 'ü'.repeat(2001))).rejects.toMatchObject({ code: 'internal' });
    await first.stop();
    const second = new RecordingReader(broker, { topics: ['one'] });
    await second.until(() => second.held.size === 1);
    expect(second.assignments[0]?.committed).toEqual({ offset: 1, metadata: 'ü'.repeat(2000) });
  });
}

/** Guarantee 6 for the death of a member. */
export function deathTests(bench: () => Bench): void {
  test('6. the partitions of a member that dies go to the others, from its last commit on', async () => {
    const { broker, underTest } = bench();
    await broker.publish('one', numbered(4));
    const dying = new RecordingReader(await bench().connect(), { topics: ['one'], member: 'dying' });
    await dying.until(() => dying.received.length === 4);
    await dying.assignments[0]?.commit(1);
    const heir = new RecordingReader(broker, { topics: ['one'], member: 'heir' });
    underTest.killMember?.('dying');
    await heir.until(() => heir.received.length === 3);
    expect(heir.values).toEqual(['1', '2', '3']);
    await expect(dying.assignments[0]?.commit(4)).rejects.toMatchObject({ code: 'assignment_lost' });
    expect((await broker.lag('group', ['one']))[0]?.committed).toBe(1);
  });
}
