import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { accounts } from './abuse/accounts.ts';
import { complaintsOf, giveUp, memoryOf, strays, tellTales, warmUp } from './abuse/aftermath.ts';
import { bodies } from './abuse/bodies.ts';
import { doors } from './abuse/doors.ts';
import { files } from './abuse/files.ts';
import { forms } from './abuse/forms.ts';
import { limits, littleAllowed } from './abuse/limits.ts';
import { names } from './abuse/names.ts';
import { queries } from './abuse/queries.ts';
import { races } from './abuse/races.ts';
import { ask, type Case } from './abuse/request.ts';
import { developed, furnish, openRig, type Rig } from './abuse/rig.ts';
import { sockets } from './abuse/sockets.ts';
import { strangers } from './abuse/strangers.ts';
import { tus } from './abuse/tus.ts';
import { wires } from './abuse/wires.ts';

const table = {
  forms,
  'resumable uploads': tus,
  files,
  names,
  bodies,
  queries,
  doors,
  wires,
  strangers,
  accounts,
  sockets,
  races,
};

/** How much more memory a process may hold after all this than after a few pictures of each kind. */
const factor = 1.3;

let rig: Rig;
let pids: number[];
let memory: { server: number; worker: number };
beforeAll(async () => {
  rig = await openRig();
  pids = [rig.server.pid, rig.worker.pid];
  await furnish(rig);
  await warmUp(rig);
  memory = memoryOf(rig);
});
afterAll(() => rig[Symbol.asyncDispose]());

describe.each(Object.entries(table))('%s:', (_topic, cases) => {
  it.each<Case>(cases)('%s', async (_what, act, outcome) => {
    expect(await act(rig)).toBe(outcome);
  });
});

describe('after all that', () => {
  it('the same processes are there, and ready', async () => {
    expect([rig.server.pid, rig.worker.pid, rig.server.death, rig.worker.death]).toEqual([...pids, null, null]);
    expect((await ask(rig, { path: '/readyz' })).status).toBe(200);
  });

  it('what was accepted is there, and nothing else', async () => {
    await giveUp(rig);
    for (const task of rig.promised) await developed(rig, task);
    await vi.waitFor(async () => expect(await strays(rig)).toEqual([]), { timeout: 10_000, interval: 200 });
  });

  it('nothing went wrong inside, and no secret was written down', () => {
    for (const program of [rig.server, rig.worker]) {
      expect(complaintsOf(program)).toEqual([]);
      expect(tellTales(program, rig.secrets)).toEqual([]);
    }
  });

  it('their memory is back at its level', async () => {
    await vi.waitFor(() => {
      const now = memoryOf(rig);
      expect(now.server).toBeLessThan(factor * memory.server);
      expect(now.worker).toBeLessThan(factor * memory.worker);
    }, 10_000);
  });
});

describe('where little is allowed:', () => {
  let narrow: Rig;
  beforeAll(async () => {
    narrow = await openRig(littleAllowed);
  });
  afterAll(() => narrow[Symbol.asyncDispose]());

  it.each<Case>(limits)('%s', async (_what, act, outcome) => {
    expect(await act(narrow)).toBe(outcome);
  });

  it('nothing went wrong inside', () => {
    for (const program of [narrow.server, narrow.worker]) expect(complaintsOf(program)).toEqual([]);
  });
});
