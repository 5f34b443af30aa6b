import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { expect, test } from 'vitest';
import { around } from '../fixtures/around.ts';
import { openTestServices } from '../fixtures/services.ts';
import { healthRoutes } from './health.ts';

test('however many ask whether it is ready, storage is written to once for all of them', async () => {
  await using services = await openTestServices();
  const written = Promise.withResolvers<void>();
  let probes = 0;
  const probe = () => {
    probes += 1;
    return written.promise;
  };
  let asked = 0;
  const health = () => {
    asked += 1;
    if (asked === 50) written.resolve();
    return { ok: true, detail: 'ok' };
  };
  await using app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(healthRoutes({ ...services, storage: around(services.storage, { probe }) }, { last: { health } }));
  const answers = await Promise.all(Array.from({ length: 50 }, () => app.inject('/readyz')));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 50 }, () => 200));
  expect(probes).toBe(1);
});
