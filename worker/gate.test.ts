import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

const { signal } = new AbortController();

/** Names those who are in, in the order they came in. */
function openGate() {
  const gate = new Gate();
  const entered: string[] = [];
  const leave = new Map<string, () => void>();
  return {
    entered,
    async enter(name: string, alone: boolean, until: AbortSignal = signal) {
      leave.set(name, await gate.enter({ alone, signal: until }));
      entered.push(name);
    },
    async leave(name: string) {
      leave.get(name)?.();
      await new Promise(setImmediate);
    },
  };
}

test('many are in at once', async () => {
  const gate = openGate();
  await Promise.all([gate.enter('a', false), gate.enter('b', false)]);
  expect(gate.entered).toEqual(['a', 'b']);
});

test('one that must be alone waits until all have left, and those behind it wait for it', async () => {
  const gate = openGate();
  await Promise.all([gate.enter('a', false), gate.enter('b', false)]);
  const later = [gate.enter('alone', true), gate.enter('behind', false)];
  await gate.leave('a');
  expect(gate.entered).toEqual(['a', 'b']);
  await gate.leave('b');
  expect(gate.entered).toEqual(['a', 'b', 'alone']);
  await gate.leave('alone');
  await Promise.all(later);
  expect(gate.entered).toEqual(['a', 'b', 'alone', 'behind']);
});

test('one that gives up lets those behind it in', async () => {
  const gate = openGate();
  const patience = new AbortController();
  await gate.enter('a', false);
  const alone = gate.enter('alone', true, patience.signal);
  const behind = gate.enter('behind', false);
  patience.abort(new Error('no patience'));
  await expect(alone).rejects.toThrow('no patience');
  await behind;
  expect(gate.entered).toEqual(['a', 'behind']);
});
