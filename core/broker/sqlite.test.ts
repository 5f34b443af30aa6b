import { brokerContract, retentionContract } from './broker.contract.ts';
import { sqliteUnderTest } from './under-test.ts';

brokerContract('SQLite', sqliteUnderTest);
retentionContract('SQLite', () => sqliteUnderTest({ retentionEveryMs: 10, workKeptMs: 0 }));
