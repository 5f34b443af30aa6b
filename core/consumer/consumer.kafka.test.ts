import { inject } from 'vitest';
import { kafkaUnderTest } from '#core/broker/under-test.ts';
import { consumerContract } from './consumer.contract.ts';

const { plaintext } = inject('kafka').bootstrap;

consumerContract('Kafka', () => kafkaUnderTest(plaintext));
