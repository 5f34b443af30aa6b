import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { areFree, claimPorts } from './ports.ts';

test('ports that are claimed are free, and nobody else is given them', async () => {
  const claims = [await claimPorts(() => 0.5), await claimPorts(() => 0.5)];
  onTestFinished(async () => {
    for (const claim of claims) await claim[Symbol.asyncDispose]();
  });
  expect(new Set(claims.map(({ first }) => first)).size).toBe(2);
  for (const { first } of claims) expect(await areFree(first, 15)).toBe(true);
});

test('a port on which somebody listens is not free', async () => {
  await using claim = await claimPorts();
  const server = createServer().listen(claim.first + 2, '127.0.0.1');
  await once(server, 'listening');
  expect(await areFree(claim.first, 5)).toBe(false);
  server.close();
  await once(server, 'close');
  expect(await areFree(claim.first, 5)).toBe(true);
});
