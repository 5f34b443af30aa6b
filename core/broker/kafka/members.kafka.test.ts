import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import type { MessageBroker } from '../broker.ts';
import { numbered } from '../contract-bench.ts';
import { RecordedChild } from '../recorded-child.ts';
import { RecordingReader } from '../recording-reader.ts';
import type { Says, Told } from './children/member.ts';
import { openKafka, ownPrefix } from './testing/open.ts';

const { plaintext } = inject('kafka').bootstrap;
const sessionMs = 3000;
let broker: MessageBroker;
let child: RecordedChild<Says, Told>;
let heir: RecordingReader;

beforeEach(async () => {
  const prefix = ownPrefix();
  broker = openKafka(plaintext, { KAFKA_SESSION_TIMEOUT_MS: `${sessionMs}` }, prefix);
  await broker.ensureTopics([{ name: 'six', partitions: 6, retention: 'work' }]);
  await broker.publish('six', numbered(60));
  child = new RecordedChild(new URL('./children/member.ts', import.meta.url), plaintext, prefix, `${sessionMs}`);
  await child.until((said) => said.filter((each) => 'got' in each).length === 6);
  child.tell({ commit: 3 });
  await child.until((said) => said.some((each) => 'committed' in each && each.error === null));
  heir = new RecordingReader(broker, { topics: ['six'] });
  await heir.until(() => heir.held.size === 3);
});

afterEach(async () => {
  await child.kill();
  await broker.close();
});

// On a busy machine; the soak of the chaos holds takeovers to the session and a second.
test('6. the partitions of a killed process go to the others within the session, from its commit on', async () => {
  const started = performance.now();
  await child.kill();
  await heir.until(() => heir.held.size === 6);
  expect(performance.now() - started).toBeLessThan(2 * sessionMs);
  expect(heir.held.get('six/0')?.committed).toEqual({ offset: 3, metadata: '' });
});

test('6. a frozen process loses its partitions within the session; what it commits when it wakes is refused', async () => {
  await child.freeze();
  const frozen = performance.now();
  await heir.until(() => heir.held.size === 6);
  expect(performance.now() - frozen).toBeLessThan(2 * sessionMs);
  await heir.held.get('six/0')?.commit(7);
  child.tell({ commit: 5 });
  child.thaw();
  await child.until((said) => said.some((each) => 'committed' in each && each.error === 'assignment_lost'));
  expect((await broker.lag('group', ['six']))[0]?.committed).toBe(7);
});

test('6. a process that closes gives its partitions back at once', async () => {
  const started = performance.now();
  child.tell({ close: true });
  await heir.until(() => heir.held.size === 6);
  expect(performance.now() - started).toBeLessThan(sessionMs);
});

test('12. nothing that is left of a closed broker keeps its process alive', async () => {
  child.tell({ close: true });
  await child.until((said) => said.some((each) => 'closed' in each));
  expect(await child.ended()).toBe(0);
});
