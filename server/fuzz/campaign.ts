import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Random } from '#core/consumer/model/random.ts';

/** Something that takes hostile input. */
export interface Target extends AsyncDisposable {
  readonly inputsPerSeed: number;
  /** Throws what is wrong about the answer to one more input. */
  feed(random: Random): Promise<void>;
  /** Throws where something is left behind that should not be, and makes room for the next inputs. */
  settle(): Promise<void>;
}

export interface Campaign {
  name: string;
  open: () => Promise<Target>;
  firstSeed: number;
  seeds: number;
  /** The folder where it is kept how far it came; without one, every run begins anew. */
  keptIn?: string;
}

/** A run that is ended goes on from here. */
interface Progress {
  firstSeed: number;
  seeds: number;
  /** The next seed to take. */
  next: number;
}

const seedsPerNote = 100;
const answerWithinMs = 20_000;

/**
 * Feeds the target with the inputs of each seed, and keeps how far it came. Resolves to the number of inputs of the whole
 * campaign, those of earlier runs included. Rejects at the first answer that is wrong, rejection that nobody handles or
 * input that is not answered, and says how to see it again.
 */
export async function runCampaign({ name, open, firstSeed, seeds, keptIn }: Campaign): Promise<number> {
  const path = keptIn === undefined ? null : join(keptIn, `${name}.json`);
  const end = firstSeed + seeds;
  const startAt = (path === null ? null : readProgress(path, { firstSeed, seeds })) ?? firstSeed;
  const accidents: unknown[] = [];
  const note = (accident: unknown): void => void accidents.push(accident);
  process.on('unhandledRejection', note).on('uncaughtException', note);
  await using target = await open();
  try {
    for (let seed = startAt; seed < end; seed += 1) {
      try {
        await feedAll(target, seed);
        if (accidents.length > 0) throw accidents[0];
      } catch (cause) {
        const again = `SEED=${seed} SEEDS=1 npm run soak -- fuzz -t ${name}`;
        throw new Error(`${name} broke at seed ${seed}; to see it again: ${again}`, { cause });
      }
      if (path && seed % seedsPerNote === 0) writeProgress(path, { firstSeed, seeds, next: seed + 1 });
    }
    if (path) rmSync(path, { force: true });
    return seeds * target.inputsPerSeed;
  } finally {
    process.off('unhandledRejection', note).off('uncaughtException', note);
  }
}

async function feedAll(target: Target, seed: number): Promise<void> {
  const random = new Random(seed);
  for (let input = 0; input < target.inputsPerSeed; input += 1) await inTime(target.feed(random));
  await inTime(target.settle());
}

async function inTime(feeding: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const clock = setTimeout(() => reject(new Error('It does not answer.')), answerWithinMs);
  try {
    await Promise.race([feeding, promise]);
  } finally {
    clearTimeout(clock);
  }
}

/** Null where nothing was kept of this very campaign. */
function readProgress(path: string, asked: Pick<Progress, 'firstSeed' | 'seeds'>): number | null {
  try {
    const { firstSeed, seeds, next } = JSON.parse(readFileSync(path, 'utf8')) as Progress;
    return firstSeed === asked.firstSeed && seeds === asked.seeds ? next : null;
  } catch {
    return null;
  }
}

function writeProgress(path: string, progress: Progress): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(progress));
}
