import { request, type Server } from 'node:http';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Storage } from '#core/storage/storage.ts';
import { around } from '../fixtures/around.ts';
import { countTraces, nothing, openUploadApp } from '../fixtures/upload-app.ts';

it('leaves nothing of a creation whose client hung up before it heard the address', async () => {
  const arrived = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow = (storage: Storage): Storage =>
    around(storage, {
      async append(id, offset, source) {
        const size = await storage.append(id, offset, source);
        arrived.resolve();
        await goOn.promise;
        return size;
      },
    });
  await using app = await openUploadApp({ wrap: slow });
  const headers = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream', 'upload-length': 100 };
  const creation = request(`${app.url}/api/v1/uploads`, { method: 'POST', headers, agent: false });
  creation.on('error', () => {});
  creation.end('GIF89a');
  await arrived.promise;
  expect((await countTraces(app.services)).staged).toBe(1);

  creation.destroy();
  await expect.poll(() => connections(app.fastify.server)).toBe(0);
  goOn.resolve();
  await expect.poll(() => countTraces(app.services)).toEqual(nothing);
});

function connections(server: Server): Promise<number> {
  return promisify(server.getConnections.bind(server))();
}
