import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { runChaos } from './chaos.ts';
import { long } from './pace.ts';
import type { MeetingPlace, ModeName } from './setup.ts';

const { bootstrap } = inject('kafka');
const seed = inject('firstSeed');

interface Case {
  mode: ModeName;
  log: string;
  meet: (folder: string) => MeetingPlace;
}

const logs: Omit<Case, 'mode'>[] = [
  { log: 'SQLite', meet: (folder) => ({ log: 'sqlite', path: join(folder, 'log.db') }) },
  { log: 'Kafka', meet: () => ({ log: 'kafka', bootstrap: bootstrap.plaintext }) },
];
const on = (mode: ModeName) => logs.map((each): Case => ({ ...each, mode }));

test.for([...on('by-key'), ...on('in-order')])(
  '$mode on $log: minutes of kills and freezes lose nothing and overtake nothing',
  async ({ mode, meet }) => {
    const { verdict, summary } = await runChaos({ ...long, mode, meet, seed });
    process.stdout.write(`${summary}\n`);
    expect(verdict.lost).toEqual([]);
    expect(verdict.takeovers).not.toEqual([]);
  },
);

test.for(on('fast'))('fast on $log: what is missed has its cause', async ({ mode, meet }) => {
  const faults = { join: 4, leave: 2, kill: 4, watch: 1, doze: 4, sleep: 2, coma: 0 };
  const { verdict, summary } = await runChaos({ ...long, faults, mode, meet, seed });
  process.stdout.write(`${summary}\n`);
  expect(verdict.violations).toEqual([]);
});
