import type { FastifyInstance } from 'fastify';
import type { Services } from '#core/services.ts';
import { buildApp } from '../app.ts';
import { asOwner } from '../fixtures/people.ts';
import { openTestServices } from '../fixtures/services.ts';
import { clear } from '../fixtures/upload-app.ts';

export interface AppUnderFuzz extends AsyncDisposable {
  fastify: FastifyInstance;
  services: Services;
  /** Throws where an upload of a form or a transaction is left over; empties the house. */
  settle(): Promise<void>;
}

/** As many requests as there are. */
const unlimited = {
  RATE_LIMIT_UPLOADS: '1000000',
  RATE_LIMIT_REQUESTS: '10000000',
  RATE_LIMIT_SOCKETS: '1000000',
  UPLOADS_AT_ONCE: '10000',
};

/** The real server with a database of its own, asked in process by its owner. */
export async function openAppUnderFuzz(): Promise<AppUnderFuzz> {
  await using opening = new AsyncDisposableStack();
  const services = opening.use(await openTestServices({ ...unlimited, UPLOAD_MAX_BYTES: '20000' }));
  const app = await buildApp(services, { identify: asOwner });
  opening.defer(() => app.close());
  await app.fastify.ready();
  const opened = opening.move();
  return {
    fastify: app.fastify,
    services,
    settle: () => clear(services),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
