import { Violation } from './ledger.ts';
import type { Process } from './process.ts';
import { World } from './world.ts';

const steps = 120;
const maxRounds = 400;
const roughRounds = 15;

/** What may happen next, by weight. */
const weights = {
  produce: 8,
  finish: 30,
  fail: 8,
  time: 14,
  start: 2,
  stop: 1,
  crash: 1.5,
  freeze: 1.5,
  expire: 1.5,
  thaw: 3,
  shuffle: 2,
  weather: 2,
  pause: 1,
  resume: 2,
  concurrency: 1,
};
type Step = keyof typeof weights;

/**
 * Runs one seed: some hundred things happen, then no more faults do, and all must come to its end. Rejects with the first
 * violation and with what shows it again.
 */
export async function runSeed(seed: number): Promise<void> {
  try {
    await play(new World(seed));
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : 'something was thrown';
    throw new Violation(`SEED=${seed} SEEDS=1: ${what}`, { cause });
  }
}

async function play(world: World): Promise<void> {
  await world.open();
  world.start();
  await world.settle();
  for (let step = 0; step < steps; step += 1) {
    await take(world, world.random.weighted(weights));
    await world.settle();
  }
  await drain(world);
  await close(world);
}

async function take(world: World, step: Step | undefined): Promise<void> {
  const { random, mode } = world;
  const up = world.processes.filter((process) => process.state === 'up');
  const awake = up.filter(({ frozen }) => !frozen);
  const one = random.pick(awake);
  const call = random.pick(world.calls);
  switch (step) {
    case 'produce':
      return world.produce();
    case 'finish':
      return call && world.finish(call);
    case 'fail':
      return call && world.fail(call);
    case 'time':
      return world.clock.advance(random.between(1, random.chance(0.2) ? 6_000 : 100));
    case 'start':
      if (mode.calm ? world.processes.every(({ state }) => state === 'ended') : up.length < 3) world.start();
      return;
    case 'stop':
      return one && stop(one, random.oneOf(0, 100, 3_000));
    case 'pause':
      return one?.consumer.pause({ code: 'maintenance', detail: '' });
    case 'resume':
      return one?.consumer.resume();
    case 'concurrency':
      if (!one) return;
      one.concurrency = random.between(1, 5);
      return one.consumer.setConcurrency(one.concurrency);
  }
  if (!mode.calm) await disturb(world, step, awake);
}

/** What takes partitions away from those that hold them, and the broker from everybody. */
async function disturb(world: World, step: Step | undefined, awake: Process[]): Promise<void> {
  const { random } = world;
  const one = random.pick(awake);
  const frozen = random.pick(world.processes.filter((process) => process.frozen));
  switch (step) {
    case 'weather':
      world.faults = random.oneOf(0, 0, 0.1, 0.5);
      return;
    case 'crash':
      one?.kill();
      return one && world.expire(one);
    case 'freeze':
      return one?.freeze();
    case 'expire':
      return frozen && world.expire(frozen);
    case 'thaw':
      return frozen?.thaw();
    case 'shuffle':
      return one && world.expire(one);
  }
}

function stop(process: Process, deadlineMs: number): void {
  process.state = 'stopping';
  void process.consumer.stop({ deadlineMs });
}

/** Once faults stop, everything is finished and committed; the last of the faults may meet what nothing follows. */
async function drain(world: World): Promise<void> {
  for (const process of world.processes) {
    process.thaw();
    if (process.state === 'up') process.consumer.resume();
  }
  for (let round = 0; round < maxRounds; round += 1) {
    world.faults = round < roughRounds && !world.mode.calm ? 0.2 : 0;
    await world.clock.advance(500);
    if (!world.processes.some(({ state }) => state === 'up' || state === 'stopping')) world.start();
    world.verify();
    for (const call of world.calls) world.finish(call);
    await world.settle();
    if (round > roughRounds && (await world.lag()) === 0 && world.calls.length === 0) break;
  }
  if ((await world.lag()) > 0) throw new Violation(`a lag of ${await world.lag()} stays`);
  const mayLose = world.mode.commit === 'interval' && !world.mode.calm;
  const unended = world.ledger.unended();
  if (!mayLose && unended.length > 0) throw new Violation(`lost: ${unended.join(', ')}`);
  world.verifyFolded();
}

/** Handlers that hang hold up no stop, and after the last one nothing goes on. */
async function close(world: World): Promise<void> {
  await world.produce();
  await world.settle();
  for (const process of world.processes) if (process.state === 'up') stop(process, 0);
  await world.clock.advance(20_000);
  world.verify();
  const left = world.processes.filter(({ state }) => state !== 'ended' && state !== 'dead');
  if (left.length > 0) throw new Violation(`${left.map(({ name }) => name).join(', ')} did not end`);
  if (world.clock.pending > 0) throw new Violation(`${world.clock.pending} timers go on`);
}
