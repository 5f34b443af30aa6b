import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Random } from '#core/consumer/model/random.ts';
import { runCampaign, type Target } from './campaign.ts';

/** Takes two inputs a seed, notes them, and breaks at the input of that number. */
function fragile(taken: number[], breaksAt = Infinity): () => Promise<Target> {
  return async () => ({
    inputsPerSeed: 2,
    async feed(random: Random) {
      taken.push(random.next());
      if (taken.length === breaksAt) throw new Error('It broke.');
    },
    settle: async () => {},
    [Symbol.asyncDispose]: async () => {},
  });
}

test('the same seeds make the same inputs, and others make others', async () => {
  const [once, again, others]: [number[], number[], number[]] = [[], [], []];
  expect(await runCampaign({ name: 'fragile', open: fragile(once), firstSeed: 1, seeds: 5 })).toBe(10);
  await runCampaign({ name: 'fragile', open: fragile(again), firstSeed: 1, seeds: 5 });
  await runCampaign({ name: 'fragile', open: fragile(others), firstSeed: 6, seeds: 5 });
  expect(again).toEqual(once);
  expect(new Set([...once, ...others]).size).toBe(20);
});

test('what breaks names its seed, and that seed alone shows it again', async () => {
  const [all, one]: [number[], number[]] = [[], []];
  const broken = runCampaign({ name: 'fragile', open: fragile(all, 15), firstSeed: 1, seeds: 100 });
  await expect(broken).rejects.toThrow('SEED=8 SEEDS=1 npm run soak -- fuzz -t fragile');
  await runCampaign({ name: 'fragile', open: fragile(one), firstSeed: 8, seeds: 1 });
  expect(one[0]).toBe(all.at(-1));
});

test('a campaign that was ended goes on near where it was, and begins anew once it is through', async () => {
  const keptIn = await mkdtemp(join(tmpdir(), 'darkroom-campaign-'));
  try {
    const campaign = { name: 'fragile', firstSeed: 1, seeds: 300, keptIn };
    const [first, second]: [number[], number[]] = [[], []];
    await expect(runCampaign({ ...campaign, open: fragile(first, 500) })).rejects.toThrow('SEED=250');
    await runCampaign({ ...campaign, open: fragile(second) });
    expect(second).toHaveLength(2 * 100);
    expect(second.slice(0, 99)).toEqual(first.slice(400, 499));
    expect(await readdir(keptIn)).toEqual([]);
  } finally {
    await rm(keptIn, { recursive: true });
  }
});
