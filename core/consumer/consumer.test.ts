import { memoryUnderTest, sqliteUnderTest } from '#core/broker/under-test.ts';
import { consumerContract } from './consumer.contract.ts';

consumerContract('memory', memoryUnderTest);
consumerContract('SQLite', sqliteUnderTest);
