import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '#core/domain/api.ts';
import type { Storage } from '#core/storage/storage.ts';
import { around } from '../fixtures/around.ts';
import {
  clear,
  countTraces,
  fixture,
  nothing,
  oneImage,
  openUploadApp,
  type UploadApp,
} from '../fixtures/upload-app.ts';
import { createUpload, sendForm, sendOne, TusClient, type FormEntry } from '../fixtures/upload-client.ts';

let app: UploadApp;
let tus: TusClient;
let picture: Buffer<ArrayBuffer>;
let stored = 0;

/** Counts the bytes that are staged. */
function counting(storage: Storage): Storage {
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      stored += chunk.byteLength;
      yield chunk;
    }
  };
  return around(storage, { append: (id, offset, source) => storage.append(id, offset, counted(source)) });
}

beforeAll(async () => {
  picture = await fixture('plain.jpg');
  const settings = { QUOTA_IMAGES: '1', QUOTA_BYTES: String(20 * picture.byteLength) };
  app = await openUploadApp({ settings, wrap: counting });
  tus = new TusClient(app.url);
});
afterAll(() => app[Symbol.asyncDispose]());
afterEach(() => clear(app.services));

const traces = () => countTraces(app.services);
const codeOf = async (response: Response) => [response.status, ((await response.json()) as Problem).code];
const file = (name: string): FormEntry => ['file', picture, name];

describe('a quota', () => {
  it('with one free place takes one of 50 forms that come at once, and nothing is left of the others', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        sendForm(app.url, [['file', Buffer.concat([picture, Buffer.from([n])]), 'a.jpg']]),
      ),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 202);
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(refused.map(() => [403, 'quota_exceeded']));
    expect(await traces()).toEqual(oneImage);
  });

  it('with one free place takes one of 20 resumable uploads that finish at once, and nothing is left of the others', async () => {
    const locations: string[] = [];
    for (let n = 0; n < 20; n += 1) locations.push(await createUpload(tus, picture.byteLength));
    const answers = await Promise.all(
      locations.map((location, n) =>
        tus.patch(location, 0, Buffer.concat([picture.subarray(0, -1), Buffer.from([n])])),
      ),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 204);
    expect(await Promise.all(refused.map(codeOf))).toEqual(refused.map(() => [403, 'quota_exceeded']));
    expect(await traces()).toEqual(oneImage);
  });

  it('takes those files of a form that there is room for', async () => {
    const { status, body } = await sendForm(app.url, [file('one.jpg'), file('two.jpg'), file('three.jpg')]);
    expect(status).toBe(202);
    expect(body.images).toHaveLength(1);
    expect(body.rejected.map(({ name, code }) => [name, code])).toEqual([
      ['two.jpg', 'quota_exceeded'],
      ['three.jpg', 'quota_exceeded'],
    ]);
    expect(await traces()).toEqual(oneImage);
  });

  it('refuses a resumable upload by its length alone, before a byte is taken', async () => {
    expect(await codeOf(await tus.create(20 * picture.byteLength + 1))).toEqual([403, 'quota_exceeded']);
    await sendOne(app.url, picture);
    expect(await codeOf(await tus.create(1))).toEqual([403, 'quota_exceeded']);
    expect(await traces()).toEqual(oneImage);
  });

  it('stores no more of a file than there is room for', async () => {
    const half = 10 * picture.byteLength;
    await app.services.database.write((trx) =>
      trx.insertInto('usage').values({ user_id: 'owner', images: 0, bytes: half }).execute(),
    );
    stored = 0;
    const large = Buffer.concat([picture, Buffer.alloc(half)]);
    const { status, body } = await sendForm(app.url, [['file', large, 'large.jpg']]);
    expect([status, body.code]).toEqual([403, 'quota_exceeded']);
    expect(stored).toBeLessThanOrEqual(half);
    expect(await traces()).toEqual(nothing);
  });

  it('answers what was accepted once the same again, and counts it once', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await sendForm(app.url, [file('a.jpg')], key);
    expect(await sendForm(app.url, [file('a.jpg')], key)).toEqual(first);
    expect(await traces()).toEqual(oneImage);
  });

  it('has room again for what was deleted', async () => {
    const { id } = await sendOne(app.url, picture);
    expect((await sendForm(app.url, [file('b.jpg')])).status).toBe(403);
    expect((await fetch(`${app.url}/api/v1/images/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await sendForm(app.url, [file('b.jpg')])).status).toBe(202);
  });

  it('bounds what is begun as well as what is kept', async () => {
    for (const _ of [1, 2]) await createUpload(tus, 10 * picture.byteLength);
    const third = await tus.create(1);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await codeOf(third)).toEqual([429, 'too_many_uploads']);
    expect((await traces()).staged).toBe(2);
  });
});
