import { request, type ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import type { Storage } from '#core/storage/storage.ts';
import { around } from '../fixtures/around.ts';
import { countTraces, nothing, openUploadApp } from '../fixtures/upload-app.ts';

const hangUps = {
  'hung up': (creation: ClientRequest) => creation.destroy(),
  'ended its half of the connection': (creation: ClientRequest) => creation.socket?.end(),
};

it.each(Object.entries(hangUps))(
  'leaves nothing of a creation whose client %s before it heard the address',
  async (_how, hangUp) => {
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
    const learn = (side: Socket) => void side.once('end', goOn.resolve).once('close', goOn.resolve);
    app.fastify.server.on('connection', learn);
    const headers = {
      'tus-resumable': '1.0.0',
      'content-type': 'application/offset+octet-stream',
      'upload-length': 100,
    };
    const creation = request(`${app.url}/api/v1/uploads`, { method: 'POST', headers, agent: false });
    creation.on('error', () => {});
    creation.end('GIF89a');
    await arrived.promise;
    expect((await countTraces(app.services)).staged).toBe(1);

    hangUp(creation);
    await goOn.promise;
    await expect.poll(() => countTraces(app.services)).toEqual(nothing);
  },
);
