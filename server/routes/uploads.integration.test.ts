import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mountTinyDisk } from '#core/fixtures/tiny-disk.ts';
import { countTraces, fixture, nothing, oneImage, openUploadApp } from '../fixtures/upload-app.ts';
import { createUpload, sendForm, TusClient } from '../fixtures/upload-client.ts';
import { spawnUploadServer, type UploadServer } from '../fixtures/spawn-upload-server.ts';

const MB = 1 << 20;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const padded = async (length: number) =>
  Buffer.concat([await fixture('plain.jpg'), Buffer.alloc(length, 'x')]).subarray(0, length);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-kill-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Brings bytes until so many have reached the disk, and kills the server there. */
async function bringAndKill(
  server: UploadServer,
  location: string,
  bytes: Uint8Array,
  { from, until }: { from: number; until: number },
): Promise<void> {
  const headers = {
    'tus-resumable': '1.0.0',
    'upload-offset': from,
    'content-type': 'application/offset+octet-stream',
    'content-length': bytes.byteLength - from,
  };
  const sending = request(server.url + location, { method: 'PATCH', headers });
  const closed = new Promise<void>((resolve) => sending.on('error', () => {}).on('close', resolve));
  const path = join(folder, 'files/.uploads', location.split('/').at(-1) ?? '');
  for (let at = from; at < bytes.byteLength && (await stat(path)).size < until; at += 64 * 1024) {
    await new Promise((resolve) => sending.write(bytes.subarray(at, at + 64 * 1024), resolve));
  }
  await server.kill();
  await closed;
}

describe('a server that is killed', () => {
  it('in the middle of an upload goes on where it was, again and again', async () => {
    const bytes = await padded(60 * MB);
    let server = await spawnUploadServer(folder);
    const location = await createUpload(new TusClient(server.url), bytes.byteLength);
    for (let killed = 0; killed < 3; killed += 1) {
      const from = Number((await new TusClient(server.url).head(location)).headers.get('upload-offset'));
      await bringAndKill(server, location, bytes, { from, until: from + 4 * MB });
      server = await spawnUploadServer(folder);
    }
    await using last = server;
    const tus = new TusClient(last.url);
    const offset = Number((await tus.head(location)).headers.get('upload-offset'));
    expect(offset).toBeGreaterThanOrEqual(12 * MB);
    const response = await tus.patch(location, offset, bytes.subarray(offset) as Uint8Array<ArrayBuffer>);
    expect([response.status, response.headers.get('x-task-id')]).toEqual([204, expect.any(String)]);
    await last.kill();

    await using app = await openUploadApp({ folder });
    expect(await countTraces(app.services)).toEqual(oneImage);
    const row = await app.services.database.read((db) =>
      db.selectFrom('images').select('blob').executeTakeFirstOrThrow(),
    );
    expect(row.blob).toBe(sha256(bytes));
  });

  it('right after it accepted has lost nothing of what it said', async () => {
    const accepted: string[] = [];
    const server = await spawnUploadServer(folder);
    const send = async (name: string): Promise<void> => {
      const { body } = await sendForm(server.url, [['file', await fixture(name), name]]);
      accepted.push(...body.images.map(({ id }) => id));
      if (accepted.length === 5) await server.kill();
    };
    const names = [
      'plain.jpg',
      'plain.png',
      'plain.webp',
      'plain.gif',
      'plain.avif',
      'plain.tiff',
      'grey.jpg',
      'deep.png',
    ];
    await Promise.allSettled(names.map(send));
    await using app = await openUploadApp({ folder });
    expect(accepted.length).toBeGreaterThanOrEqual(5);
    for (const id of accepted) {
      const response = await fetch(`${app.url}/api/v1/images/${id}/original`);
      expect(response.status).toBe(200);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(`"${sha256(bytes)}"`).toBe(response.headers.get('etag'));
    }
  });
});

describe('memory', () => {
  const length = 300 * MB;

  /** A picture and then nothing but zeros, never whole in memory here either. */
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const picture = await fixture('plain.jpg');
    yield picture;
    const zeros = Buffer.alloc(MB);
    for (let left = length - picture.byteLength; left > 0; left -= MB) yield zeros.subarray(0, Math.min(MB, left));
  }

  const ways: Record<string, (url: string) => Promise<Response>> = {
    tus: async (url) => {
      const tus = new TusClient(url);
      return tus.patch(await createUpload(tus, length), 0, pieces() as unknown as BodyInit);
    },
    form: (url) => {
      const form = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n');
        yield* pieces();
        yield Buffer.from('\r\n--x--\r\n');
      };
      const headers = { 'content-type': 'multipart/form-data; boundary=x' };
      const init = { method: 'POST', headers, body: form(), duplex: 'half' };
      return fetch(`${url}/api/v1/images`, init as unknown as RequestInit);
    },
  };

  it.each(Object.entries(ways))('does not grow with the size of what comes by %s', async (way, send) => {
    await using server = await spawnUploadServer(folder, { UPLOAD_MAX_BYTES: String(length) });
    await sendForm(server.url, [['file', await fixture('plain.png'), 'a.png']]);
    const before = await server.peakMemory();
    expect((await send(server.url)).status).toBeLessThan(300);
    const grown = (await server.peakMemory()) - before;
    process.stdout.write(`300 MB by ${way}: ${before} MB before, ${grown} MB more at most\n`);
    expect(grown).toBeLessThan(100);
  });
});

describe('a disk that is full', () => {
  it('ends an upload with storage_full and nothing half-written; what came counts when there is room again', async () => {
    await using disk = await mountTinyDisk(12 * MB);
    if (!disk) return;
    await using app = await openUploadApp({ folder: disk.folder });
    const tus = new TusClient(app.url);
    const { storage } = app.services;
    await storage.put('marks/ballast', Buffer.alloc(6 * MB));
    const bytes = (await padded(6 * MB)) as Buffer<ArrayBuffer>;
    const location = await createUpload(tus, bytes.byteLength);
    const refused = await tus.patch(location, 0, bytes);
    expect([refused.status, await refused.json()]).toMatchObject([507, { code: 'storage_full' }]);
    expect(await countTraces(app.services)).toEqual({ ...nothing, files: 1, staged: 1 });

    const form = await sendForm(app.url, [['file', bytes, 'a.jpg']]);
    expect([form.status, form.body.code]).toEqual([507, 'storage_full']);
    const atOnce = await tus.create(bytes.byteLength, {}, bytes);
    expect([atOnce.status, await atOnce.json()]).toMatchObject([507, { code: 'storage_full' }]);
    expect(await countTraces(app.services)).toEqual({ ...nothing, files: 1, staged: 1 });

    await storage.delete('marks/ballast');
    const offset = Number((await tus.head(location)).headers.get('upload-offset'));
    expect(offset).toBeGreaterThan(0);
    expect((await tus.patch(location, offset, bytes.subarray(offset))).status).toBe(204);
    expect(await countTraces(app.services)).toEqual(oneImage);
  });
});
