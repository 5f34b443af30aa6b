import { expect, inject, test } from 'vitest';
import { message } from '../contract-bench.ts';
import type { MessageBroker, PartitionLag, TopicSpec } from '../broker.ts';
import { RecordingReader } from '../recording-reader.ts';
import { openKafka, ownPrefix } from './testing/open.ts';

const { bootstrap, user, caPath } = inject('kafka');
const topics: TopicSpec[] = [{ name: 'one', partitions: 1, retention: 'work' }];
const tls = { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA: caPath };

function sasl(mechanism: string, password = user.password) {
  return {
    KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: user.username,
    KAFKA_SASL_PASSWORD: password,
  };
}

/** Does what each part of the adapter does with connections of its own; says what the group has yet to commit. */
async function roundTrip(broker: MessageBroker): Promise<PartitionLag[]> {
  await broker.ensureTopics(topics);
  const reader = new RecordingReader(broker, { topics: ['one'] });
  await broker.publish('one', [message('hello')]);
  await reader.until(() => reader.values.includes('hello'));
  await reader.assignments[0]?.commit(1);
  return broker.lag('group', ['one']);
}

const done = [{ committed: 1, next: 1 }];

test('TLS with a certificate of an authority of one’s own', async () => {
  await using broker = openKafka(bootstrap.ssl, tls, ownPrefix());
  expect(await roundTrip(broker)).toMatchObject(done);
});

test.for(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s over plaintext and over TLS', async (mechanism) => {
  await using broker = openKafka(bootstrap.saslPlaintext, sasl(mechanism), ownPrefix());
  expect(await roundTrip(broker)).toMatchObject(done);
  const overTls = { ...sasl(mechanism), ...tls, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' };
  await using encrypted = openKafka(bootstrap.saslSsl, overTls, ownPrefix());
  expect(await roundTrip(encrypted)).toMatchObject(done);
});

test.for([
  ['a wrong password for PLAIN', bootstrap.saslPlaintext, sasl('PLAIN', 'wrong'), /authentication/i],
  ['a wrong password for SCRAM-SHA-256', bootstrap.saslPlaintext, sasl('SCRAM-SHA-256', 'wrong'), /authentication/i],
  ['an authority that is not trusted', bootstrap.ssl, { KAFKA_SECURITY_PROTOCOL: 'SSL' }, /certificate/],
] as const)(
  '%s is refused at once with invalid_config, in a line that says why',
  async ([, address, settings, reason]) => {
    await using broker = openKafka(address, settings);
    const refused = broker.ensureTopics(topics);
    await expect(refused).rejects.toMatchObject({ code: 'invalid_config', message: expect.stringMatching(reason) });
  },
);
