import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { asOwner } from '../fixtures/people.ts';
import { openWire } from '../limits/testing/wire.ts';
import { identifyRequests, requirePerson } from './access.ts';

test('who is shut out while they hold their body back is nobody once it is there', async () => {
  await using app = Fastify();
  const known = Promise.withResolvers<void>();
  let isShutOut = false;
  identifyRequests(app, async (request) => {
    const user = isShutOut ? null : await asOwner(request);
    known.resolve();
    return user;
  });
  app.post('/', async (request) => requirePerson(request).id);
  await using wire = await openWire(await app.listen({ port: 0 }));
  const body = '{"held":"back"}';
  wire.say(`POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n`);
  wire.say(`Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`);
  await known.promise;
  isShutOut = true;
  wire.say(body.slice(5));
  expect(await wire.ended).toContain('Sign in, or send an API key.');
});
