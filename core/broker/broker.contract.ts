import { describe } from 'vitest';
import { makeBench, type OpenBroker } from './contract-bench.ts';
import { deathTests, groupTests } from './group.contract.ts';
import { readingTests } from './reading.contract.ts';
import { retentionTests } from './retention.contract.ts';

/** What every MessageBroker must do, by the numbers of `broker.ts`. */
export function brokerContract(name: string, open: OpenBroker): void {
  describe(`the ${name} broker`, () => {
    const bench = makeBench(open);
    readingTests(bench);
    groupTests(bench);
  });
}

/** For a broker that removes what may go as soon as it can, and keeps no work that is done. */
export function retentionContract(name: string, open: OpenBroker): void {
  describe(`the ${name} broker that forgets`, () => {
    retentionTests(makeBench(open));
  });
}

/** For a broker under test whose members can be killed within this process. */
export function deathContract(name: string, open: OpenBroker): void {
  describe(`the ${name} broker with members that die`, () => {
    deathTests(makeBench(open));
  });
}
