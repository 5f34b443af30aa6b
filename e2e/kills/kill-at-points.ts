import { expect, it } from 'vitest';
import { openKillRig, type Role } from './rig.ts';

/** Tests that let the server, then the worker, die at every nth point of a picture's way. */
export function killAtPoints({ every, first = 0 }: { every: number; first?: number }): void {
  it.for<Role>(['server', 'worker'])(
    'a picture ends done exactly once when the %s dies right before or after a side effect',
    { timeout: 30 * 60_000 },
    async (role) => {
      await using rig = await openKillRig(role);
      const points = await rig.rehearse();
      const chosen = points.filter((_, index) => index % every === first % every);
      const faults: Record<string, string[]> = {};
      let died = 0;
      for (const point of chosen) {
        const outcome = await rig.dieAt(point);
        if (outcome.died) died += 1;
        if (outcome.faults.length > 0) faults[point] = outcome.faults;
      }
      console.info(`The ${role} died at ${died} of ${chosen.length} points, chosen from ${points.length}.`);
      expect(faults).toEqual({});
      expect(died).toBeGreaterThan(chosen.length / 2);

      const { sent, created, done } = await rig.count();
      expect({ created, done }).toEqual({ created: sent, done: sent });
    },
  );
}
