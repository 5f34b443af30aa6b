import { brokerContract, deathContract } from './broker.contract.ts';
import { memoryUnderTest } from './under-test.ts';

brokerContract('memory', memoryUnderTest);
deathContract('memory', memoryUnderTest);
