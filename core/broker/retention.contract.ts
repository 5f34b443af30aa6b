import { expect, test, vi } from 'vitest';
import { numbered, type Bench } from './contract-bench.ts';
import { commitAll, RecordingReader } from './recording-reader.ts';

/** A round of removing may be a question to each group of a cluster that is shared. */
const waiting = { timeout: 10_000 };

/** Guarantee 14, and that removing messages takes nothing else away. */
export function retentionTests(bench: () => Bench): void {
  const first = async (topic: string) => (await bench().broker.offsets(topic))[0]?.first;

  /** Resolves once all was removed that may be removed now: one round looks at every topic. */
  async function everythingIsTrimmed(): Promise<void> {
    await bench().broker.publish('brief', numbered(1));
    await vi.waitFor(async () => expect(await bench().broker.offsets('brief')).toMatchObject([{ first: 1 }]), waiting);
  }

  test('14. work is removed only once every group that reads it has passed it', async () => {
    const { broker } = bench();
    const ahead = new RecordingReader(broker, { topics: ['one'], group: 'ahead' });
    const behind = new RecordingReader(broker, { topics: ['one'], group: 'behind' });
    await Promise.all([ahead, behind].map((reader) => reader.until(() => reader.held.size === 1)));
    await broker.publish('one', numbered(2500));
    await Promise.all([ahead, behind].map((reader) => reader.until(() => reader.received.length === 2500)));
    await ahead.assignments[0]?.commit(2500);
    await everythingIsTrimmed();
    expect(await first('one')).toBe(0);
    await behind.assignments[0]?.commit(10);
    await behind.stop();
    await vi.waitFor(async () => expect(await first('one')).toBe(10), waiting);
    const returned = new RecordingReader(broker, { topics: ['one'], group: 'behind' }, commitAll);
    await returned.until(() => returned.received.length === 2490);
    expect(returned.values[0]).toBe('10');
    await vi.waitFor(async () => expect(await first('one')).toBe(2500), waiting);
  });

  test('14. work that no group ever read stays', async () => {
    await bench().broker.publish('one', numbered(5));
    await everythingIsTrimmed();
    expect(await first('one')).toBe(0);
  });

  test('14. work stays in a partition that a group which is away never came to, though it committed in another', async () => {
    const { broker } = bench();
    const away = new RecordingReader(broker, { topics: ['six'], group: 'away' });
    const done = new RecordingReader(broker, { topics: ['six'], group: 'done' }, commitAll);
    await Promise.all([away, done].map((reader) => reader.until(() => reader.held.size === 6)));
    await away.held.get('six/0')?.commit(0);
    await away.stop();
    await broker.publish('six', numbered(60));
    await done.until(() => done.received.length === 60);
    await everythingIsTrimmed();
    expect((await broker.offsets('six')).map((each) => each.first)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('3. offsets go on where they were after everything was removed', async () => {
    const { broker } = bench();
    await broker.publish('brief', numbered(5));
    await vi.waitFor(async () => expect(await first('brief')).toBe(5), waiting);
    expect(await broker.offsets('brief')).toEqual([{ partition: 0, first: 5, next: 5 }]);
    expect(await broker.publish('brief', numbered(1))).toEqual([{ partition: 0, offset: 5 }]);
  });

  test('4. a reader whose offset was removed begins at the first message that is there', async () => {
    const { broker } = bench();
    await broker.publish('one', numbered(6));
    const done = new RecordingReader(broker, { topics: ['one'], group: 'done' });
    await done.until(() => done.received.length === 6);
    await done.assignments[0]?.commit(5);
    await vi.waitFor(async () => expect(await first('one')).toBe(5), waiting);
    const tail = broker.tail({
      topics: ['one'],
      from: { one: { 0: 2 } },
      maxBatch: 10,
      signal: new AbortController().signal,
    });
    expect((await tail.ready).one).toEqual({ 0: 5 });
    const reader = new RecordingReader(broker, { topics: ['one'] });
    await reader.until(() => reader.received.length === 1);
    expect(reader.received[0]?.offset).toBe(5);
    expect(await broker.lag('group', ['one'])).toMatchObject([{ committed: null, next: 6, messages: 1 }]);
  });
}
