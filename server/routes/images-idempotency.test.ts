import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clear, countTraces, fixture, oneImage, openUploadApp, type UploadApp } from '../fixtures/upload-app.ts';
import { sendForm, type FormEntry } from '../fixtures/upload-client.ts';

let app: UploadApp;

beforeAll(async () => {
  app = await openUploadApp();
});
afterAll(() => app[Symbol.asyncDispose]());
afterEach(() => clear(app.services));

const send = (entries: FormEntry[], headers?: Record<string, string>) => sendForm(app.url, entries, headers);
const traces = () => countTraces(app.services);

describe('Idempotency-Key', () => {
  it('answers the same for the same key and body, and accepts once', async () => {
    const entries: FormEntry[] = [
      ['file', await fixture('plain.jpg'), 'a.jpg'],
      ['file', Buffer.from('x'), 'b.txt'],
    ];
    const headers = { 'idempotency-key': 'k1' };
    const first = await send(entries, headers);
    const second = await send(entries, headers);
    expect(first.status).toBe(202);
    expect(second).toEqual(first);
    expect(await traces()).toEqual(oneImage);
  });

  it('accepts once when the same request comes ten times at the same moment', async () => {
    const entries: FormEntry[] = [['file', await fixture('plain.jpg'), 'a.jpg']];
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(entries, { 'idempotency-key': 'k1' })));
    expect(new Set(answers.map(({ body }) => body.images[0]?.id)).size).toBe(1);
    expect(await traces()).toEqual(oneImage);
  });

  it('accepts one of ten other bodies that come at the same moment, and leaves nothing of the rest', async () => {
    const bytes = await fixture('plain.jpg');
    const bodies = Array.from({ length: 10 }, (_, n) => Buffer.concat([bytes, Buffer.from([n])]));
    const headers = { 'idempotency-key': 'k1' };
    const answers = await Promise.all(bodies.map((body) => send([['file', body, 'a.jpg']], headers)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
    expect(await traces()).toEqual(oneImage);
  });

  it.each<[string, (bytes: Buffer<ArrayBuffer>, other: Buffer<ArrayBuffer>) => FormEntry[]]>([
    ['other bytes', (_bytes, other) => [['file', other, 'a.jpg']]],
    ['another name', (bytes) => [['file', bytes, 'b.jpg']]],
    [
      'another field',
      (bytes) => [
        ['file', bytes, 'a.jpg'],
        ['batch', 'b'],
      ],
    ],
  ])('refuses the same key with %s', async (_what, changed) => {
    const bytes = await fixture('plain.jpg');
    const headers = { 'idempotency-key': 'k1' };
    await send([['file', bytes, 'a.jpg']], headers);
    const answer = await send(changed(bytes, await fixture('grey.jpg')), headers);
    expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_mismatch' } });
    expect(await traces()).toEqual(oneImage);
  });
});
