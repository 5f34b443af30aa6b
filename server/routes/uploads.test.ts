import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Upload } from 'tus-js-client';
import type { ImageDetails, Problem } from '#core/domain/api.ts';
import { blobKey } from '#core/domain/image.ts';
import {
  clear,
  countTraces,
  fixture,
  nothing,
  oneImage,
  openUploadApp,
  type UploadApp,
} from '../fixtures/upload-app.ts';
import { createUpload, TusClient } from '../fixtures/upload-client.ts';
import { halfSend, stage } from '../fixtures/upload-accidents.ts';

let app: UploadApp;
let tus: TusClient;

beforeAll(async () => {
  app = await openUploadApp({ settings: { UPLOAD_MAX_BYTES: '1000000' } });
  tus = new TusClient(app.url);
});
afterAll(() => app[Symbol.asyncDispose]());
afterEach(() => clear(app.services));

const traces = () => countTraces(app.services);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const problemOf = async (response: Response) => [response.status, ((await response.json()) as Problem).code];
/** A picture of any length: what follows the end of a JPEG is not looked at. */
const padded = async (length: number) =>
  Buffer.concat([await fixture('plain.jpg'), Buffer.alloc(length)]).subarray(0, length);

async function imageOfTask(task_id: string | null): Promise<ImageDetails> {
  const { image_id } = await app.services.database.read((db) =>
    db
      .selectFrom('tasks')
      .select('image_id')
      .where('id', '=', task_id ?? '')
      .executeTakeFirstOrThrow(),
  );
  return (await (await fetch(`${app.url}/api/v1/images/${image_id}`)).json()) as ImageDetails;
}

describe('a resumable upload', () => {
  it('in one piece becomes an image and a task', async () => {
    const bytes = await fixture('rotated-6.jpg');
    const location = await createUpload(tus, bytes.byteLength, {
      filename: 'Ferien/é.jpg',
      filetype: 'image/jpeg',
      preset: 'web',
      batch: 'b-1',
    });
    expect(location).toMatch(/^\/api\/v1\/uploads\/[0-9a-f-]+$/);
    const response = await tus.patch(location, 0, bytes);
    expect([response.status, response.headers.get('upload-offset')]).toEqual([204, String(bytes.byteLength)]);
    expect(await imageOfTask(response.headers.get('x-task-id'))).toMatchObject({
      filename: 'é.jpg',
      batch: 'b-1',
      sha256: sha256(bytes),
      width: 160,
      height: 240,
    });
    expect(await traces()).toEqual(oneImage);
  });

  it('may bring its bytes with its creation', async () => {
    const bytes = await fixture('plain.webp');
    const response = await tus.create(bytes.byteLength, { filename: 'a.webp' }, bytes);
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toMatch(/^\/api\/v1\/uploads\//);
    expect(await imageOfTask(response.headers.get('x-task-id'))).toMatchObject({ sha256: sha256(bytes) });
    expect(await traces()).toEqual(oneImage);
  });

  it('comes in pieces, and tells in between how far it is', async () => {
    const bytes = await fixture('plain.png');
    const location = await createUpload(tus, bytes.byteLength);
    expect((await tus.patch(location, 0, bytes.subarray(0, 1000))).headers.get('upload-offset')).toBe('1000');
    const head = await tus.head(location);
    expect([head.status, head.headers.get('upload-offset'), head.headers.get('upload-length')]).toEqual([
      200,
      '1000',
      String(bytes.byteLength),
    ]);
    expect(head.headers.get('x-task-id')).toBeNull();
    const last = await tus.patch(location, 1000, bytes.subarray(1000));
    expect((await imageOfTask(last.headers.get('x-task-id'))).sha256).toBe(sha256(bytes));
  });

  it('that is complete says so, and names its task, as long as its image exists', async () => {
    const bytes = await fixture('plain.png');
    const location = await createUpload(tus, bytes.byteLength);
    const task = (await tus.patch(location, 0, bytes)).headers.get('x-task-id');
    const head = await tus.head(location);
    expect([head.status, head.headers.get('upload-offset'), head.headers.get('x-task-id')]).toEqual([
      200,
      String(bytes.byteLength),
      task,
    ]);
    const again = await tus.patch(location, bytes.byteLength, '');
    expect([again.status, again.headers.get('x-task-id')]).toEqual([204, task]);
    expect(await problemOf(await tus.patch(location, 0, bytes))).toEqual([409, 'conflict']);
    expect(await problemOf(await tus.terminate(location))).toEqual([409, 'conflict']);
    expect(await traces()).toEqual(oneImage);

    const { id } = await imageOfTask(task);
    await fetch(`${app.url}/api/v1/images/${id}`, { method: 'DELETE' });
    expect((await tus.head(location)).status).toBe(404);
  });

  it('keeps the bytes of a connection that dropped, and hashes right across it', async () => {
    const bytes = await padded(400_000);
    const location = await createUpload(tus, bytes.byteLength);
    const connection = await halfSend(app, location, bytes.byteLength, bytes.subarray(0, 150_000));
    connection.drop();
    const offset = Number((await tus.head(location)).headers.get('upload-offset'));
    expect(offset).toBe(150_000);
    const last = await tus.patch(location, offset, bytes.subarray(offset));
    expect((await imageOfTask(last.headers.get('x-task-id'))).sha256).toBe(sha256(bytes));
  });

  it('is not kept waiting for long by a connection that is only half gone', async () => {
    const bytes = await padded(400_000);
    const location = await createUpload(tus, bytes.byteLength);
    await halfSend(app, location, bytes.byteLength, bytes.subarray(0, 150_000));
    const started = performance.now();
    expect((await tus.head(location)).headers.get('upload-offset')).toBe('150000');
    expect(performance.now() - started).toBeLessThan(5000);
    expect((await tus.patch(location, 150_000, bytes.subarray(150_000))).status).toBe(204);
    expect(await traces()).toEqual(oneImage);
  });

  it('takes the bytes once when two bring them at the same time', async () => {
    const bytes = await padded(900_000);
    const location = await createUpload(tus, bytes.byteLength);
    const answers = await Promise.all([tus.patch(location, 0, bytes), tus.patch(location, 0, bytes)]);
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['204', '409']);
    expect(await app.services.storage.size(blobKey(sha256(bytes)))).toBe(bytes.byteLength);
    expect(await traces()).toEqual(oneImage);
  });

  it('that its person ends leaves nothing', async () => {
    const location = await createUpload(tus, 1000);
    await tus.patch(location, 0, Buffer.alloc(500));
    expect((await tus.terminate(location)).status).toBe(204);
    expect(await traces()).toEqual(nothing);
    expect((await tus.head(location)).status).toBe(404);
    expect(await problemOf(await tus.patch(location, 500, Buffer.alloc(500)))).toEqual([404, 'not_found']);
  });

  it('whose last byte came before the server died is accepted by whoever asks next, once', async () => {
    const bytes = await fixture('plain.tiff');
    const location = await createUpload(tus, bytes.byteLength);
    await stage(app.services, location, bytes);
    const heads = await Promise.all([tus.head(location), tus.head(location), tus.head(location)]);
    const tasks = heads.map(({ headers }) => headers.get('x-task-id'));
    expect(new Set(tasks).size).toBe(1);
    expect(await imageOfTask(tasks[0] ?? null)).toMatchObject({ sha256: sha256(bytes), format: 'tiff' });
    expect(await traces()).toEqual(oneImage);
  });

  it('goes through tus-js-client, interrupted and resumed', async () => {
    const bytes = await padded(700_000);
    const options = {
      endpoint: `${app.url}/api/v1/uploads`,
      metadata: { filename: 'a.jpg' },
      chunkSize: 100_000,
      retryDelays: [],
    };
    const url = await new Promise<string>((resolve, reject) => {
      const upload = new Upload(bytes, {
        ...options,
        onError: reject,
        onChunkComplete: (_size, sent) => {
          if (sent >= 300_000) void upload.abort().then(() => resolve(upload.url ?? ''), reject);
        },
      });
      upload.start();
    });
    expect(await traces()).toMatchObject({ images: 0, staged: 1 });
    const task = await new Promise<string | undefined>((resolve, reject) => {
      new Upload(bytes, {
        ...options,
        uploadUrl: url,
        onError: reject,
        onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('X-Task-Id')),
      }).start();
    });
    expect((await imageOfTask(task ?? null)).sha256).toBe(sha256(bytes));
    expect(await traces()).toEqual(oneImage);
  });

  it('tells what the server can do', async () => {
    const response = await tus.request('OPTIONS', '/api/v1/uploads');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-extension': 'creation,creation-with-upload,termination',
      'tus-max-size': '1000000',
    });
  });
});
