import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DarkroomError } from '#core/errors.ts';
import type { Storage } from '#core/storage/storage.ts';
import { fixture, openUploadApp, type UploadApp } from '../fixtures/upload-app.ts';
import { createUpload, TusClient } from '../fixtures/upload-client.ts';

/** A storage that has room for the name of an upload and for none of its bytes. */
function full(storage: Storage): Storage {
  const append = async (_id: string, _offset: number, source: AsyncIterable<Uint8Array>): Promise<number> => {
    for await (const _chunk of source) break;
    throw new DarkroomError('storage_full', 'The disk is full.');
  };
  return new Proxy(storage, {
    get: (target, name) => {
      if (name === 'append') return append;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}

describe('a body that is refused before it was read', () => {
  let app: UploadApp;
  beforeAll(async () => {
    app = await openUploadApp({ wrap: full });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  // As much as fits into the buffers between two sockets of one machine, so that the client can believe it is through.
  const body = Buffer.alloc(3 << 20, 'x');
  const form = Buffer.concat([
    Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'),
    body,
    Buffer.from('\r\n--x--\r\n'),
  ]);

  const asked = new Set<string>();
  const create = async (): Promise<string> => {
    const location = await createUpload(new TusClient(app.url), body.byteLength);
    asked.add(location.split('/').at(-1) ?? '');
    return location;
  };

  async function answer(
    agent: Agent,
    method: string,
    path: string,
    headers: Record<string, string>,
    bytes?: Buffer,
  ): Promise<number | undefined> {
    const sending = request(app.url + path, {
      agent,
      method,
      headers: { ...headers, 'content-length': bytes?.byteLength ?? 0 },
    });
    sending.end(bytes);
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    return response.statusCode;
  }

  it.each([
    [
      'a form',
      async () => ({
        method: 'POST',
        path: '/api/v1/images',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        bytes: form,
      }),
    ],
    [
      'a resumable upload',
      async () => ({
        method: 'PATCH',
        path: await create(),
        headers: { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
        bytes: body,
      }),
    ],
  ])('lets its connection take the next request: %s', async (_what, prepare) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let n = 0; n < 3; n += 1) {
      const { method, path, headers, bytes } = await prepare();
      expect(await answer(agent, method, path, headers, bytes)).toBe(507);
      expect(await answer(agent, 'GET', '/api/v1/nothing', {})).toBe(404);
    }
    agent.destroy();
  });

  it('leaves nothing of a creation whose bytes cannot be kept: nobody knows its address', async () => {
    const picture = await fixture('plain.jpg');
    expect((await new TusClient(app.url).create(picture.byteLength, {}, picture)).status).toBe(507);
    const staged = await Array.fromAsync(app.services.storage.uploads());
    expect(staged.filter(({ id }) => !asked.has(id))).toEqual([]);
  });
});
