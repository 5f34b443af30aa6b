import type { TestProject } from 'vitest/node';
import { type KafkaCluster, startKafka } from './cluster.ts';

/** What `inject('kafka')` tells a test of the one-node cluster that all `*.kafka.test.ts` share. */
export interface SharedKafka {
  readonly bootstrap: Required<KafkaCluster['bootstrap']>;
  readonly user: KafkaCluster['user'];
  readonly caPath: string;
}

/** Starts the cluster that the tests share, with all listeners, and stops it after the last of them. */
export default async function shareKafka({ provide }: TestProject): Promise<() => Promise<void>> {
  const cluster = await startKafka({ tls: true, sasl: true });
  const { bootstrap, user, caPath } = cluster;
  const { plaintext, ssl, saslPlaintext, saslSsl } = bootstrap;
  if (!ssl || !saslPlaintext || !saslSsl || !caPath) throw new Error('The shared Kafka lacks a listener.');
  provide('kafka', { bootstrap: { plaintext, ssl, saslPlaintext, saslSsl }, user, caPath });
  return () => cluster.stop();
}

declare module 'vitest' {
  interface ProvidedContext {
    kafka: SharedKafka;
  }
}
