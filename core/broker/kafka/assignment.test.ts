import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareOut, type Claim, type Portion } from './assignment.ts';

const partitions = new Map([
  ['a', 6],
  ['b', 1],
]);

function claim(id: string, more: Partial<Claim> = {}): Claim {
  return { id, topics: ['a', 'b'], since: 0, generation: 0, owned: [], ...more };
}

const names = (portion: Portion | undefined) =>
  portion?.partitions.map(({ topic, partition }) => `${topic}${partition}`);

test('one member gets everything', () => {
  const portion = shareOut([claim('x')], partitions).get('x');
  expect(names(portion)).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'b0']);
  expect(portion?.surplus).toEqual([]);
});

test('what a member owns stays with it until it has given it back, and only then the newcomer gets it', () => {
  const all = shareOut([claim('x')], partitions).get('x')?.partitions ?? [];
  const first = shareOut([claim('x', { owned: all }), claim('y', { since: 1 })], partitions);
  expect(first.get('y')?.partitions).toEqual([]);
  const surplus = first.get('x')?.surplus ?? [];
  expect(surplus.length).toBeGreaterThan(0);
  const owned = all.filter(
    (each) => !surplus.some((other) => other.topic === each.topic && other.partition === each.partition),
  );
  const second = shareOut([claim('x', { owned }), claim('y', { since: 1 })], partitions);
  expect(second.get('y')?.partitions).toEqual(surplus);
  expect(second.get('x')).toEqual({ partitions: owned, surplus: [] });
});

test('of two that claim the same partition, whoever was given it last has it', () => {
  const owned = [{ topic: 'b', partition: 0 }];
  const portions = shareOut([claim('x', { owned, generation: 4 }), claim('y', { owned, generation: 7 })], partitions);
  expect(names(portions.get('x'))).not.toContain('b0');
  expect(names(portions.get('y'))).toContain('b0');
});

test('whoever comes and goes: every partition has exactly one holder, and after two rounds nobody has a surplus', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('v', 'w', 'x', 'y', 'z'), fc.boolean()), { maxLength: 12 });
  fc.assert(
    fc.property(steps, (moves) => {
      let members: Claim[] = [claim('first')];
      let generation = 0;
      const rebalance = () => {
        generation += 1;
        const portions = shareOut(members, partitions);
        const holders = [...portions.values()].flatMap((portion) => names(portion) ?? []);
        expect(holders.toSorted()).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'b0']);
        members = members.map((member) => {
          const portion = portions.get(member.id) ?? { partitions: [], surplus: [] };
          const owned = portion.partitions.filter((each) => !portion.surplus.includes(each));
          return { ...member, owned, generation };
        });
        return [...portions.values()].every(({ surplus }) => surplus.length === 0);
      };
      for (const [id, comes] of moves) {
        members = members.filter((member) => member.id !== id);
        if (comes) members.push(claim(id, { since: generation + 1 }));
        rebalance();
      }
      rebalance();
      rebalance();
      expect(rebalance()).toBe(true);
    }),
  );
});
