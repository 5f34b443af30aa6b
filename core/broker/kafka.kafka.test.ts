import { inject } from 'vitest';
import { brokerContract, retentionContract } from './broker.contract.ts';
import { kafkaUnderTest } from './under-test.ts';

const { plaintext } = inject('kafka').bootstrap;

brokerContract('Kafka', () => kafkaUnderTest(plaintext));
retentionContract('Kafka', () => kafkaUnderTest(plaintext, { everyMs: 50, workKeptMs: 0 }));
