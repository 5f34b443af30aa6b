import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '#core/domain/api.ts';
import { stage } from '../fixtures/upload-accidents.ts';
import { clear, countTraces, nothing, openUploadApp, type UploadApp } from '../fixtures/upload-app.ts';
import { createUpload, TusClient } from '../fixtures/upload-client.ts';

let app: UploadApp;
let tus: TusClient;

beforeAll(async () => {
  app = await openUploadApp({ settings: { UPLOAD_MAX_BYTES: '1000000' } });
  tus = new TusClient(app.url);
});
afterAll(() => app[Symbol.asyncDispose]());
afterEach(() => clear(app.services));

const traces = () => countTraces(app.services);
const problemOf = async (response: Response) => [response.status, ((await response.json()) as Problem).code];

describe('a refused upload', () => {
  it.each<[string, number, Record<string, string>, number, string]>([
    ['longer than this server takes', 1_000_001, {}, 413, 'file_too_large'],
    ['of no bytes', 0, {}, 422, 'empty_file'],
    ['for a preset there is not', 10, { preset: 'none' }, 422, 'unknown_preset'],
    ['for a batch that is not an id', 10, { batch: 'a b' }, 400, 'bad_request'],
  ])('%s is not created', async (_what, length, metadata, status, code) => {
    expect(await problemOf(await tus.create(length, metadata))).toEqual([status, code]);
    expect(await traces()).toEqual(nothing);
  });

  it.each([
    ['SVG', '<svg xmlns="x"/>', 415, 'unsupported_format'],
    ['text', 'hello', 415, 'unsupported_format'],
    ['a header that stops', 'GIF89a', 422, 'unreadable_header'],
  ])('%s is told why with its last byte, and leaves nothing', async (_what, text, status, code) => {
    const bytes = Buffer.from(text);
    const location = await createUpload(tus, bytes.byteLength);
    const response = await tus.patch(location, 0, bytes);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await problemOf(response)).toEqual([status, code]);
    expect(await traces()).toEqual(nothing);
    expect((await tus.head(location)).status).toBe(404);

    const atOnce = await tus.create(bytes.byteLength, {}, bytes);
    expect(await problemOf(atOnce)).toEqual([status, code]);
    expect(atOnce.headers.get('location')).toBeNull();
    expect(await traces()).toEqual(nothing);
  });

  it('found by a HEAD after the server died is gone', async () => {
    const location = await createUpload(tus, 5);
    await stage(app.services, location, Buffer.from('hello'));
    expect((await tus.head(location)).status).toBe(404);
    expect(await traces()).toEqual(nothing);
  });

  it('takes no byte at another offset, nor beyond its length', async () => {
    const location = await createUpload(tus, 10);
    expect(await problemOf(await tus.patch(location, 5, 'hello'))).toEqual([409, 'conflict']);
    expect(await problemOf(await tus.patch(location, 0, 'hello, world'))).toEqual([413, 'file_too_large']);
    expect((await tus.head(location)).headers.get('upload-offset')).toBe('0');
  });

  it.each([
    [
      'an upload there is not',
      'PATCH',
      '/api/v1/uploads/none',
      { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      404,
      'not_found',
    ],
    ['a path for an id', 'DELETE', '/api/v1/uploads/..%2f..%2fx', {}, 404, 'not_found'],
    [
      'another version of tus',
      'POST',
      '/api/v1/uploads',
      { 'tus-resumable': '0.2.2', 'upload-length': '1' },
      412,
      'tus_version',
    ],
    ['no version of tus', 'POST', '/api/v1/uploads', { 'tus-resumable': '', 'upload-length': '1' }, 412, 'tus_version'],
    ['no length', 'POST', '/api/v1/uploads', {}, 400, 'bad_request'],
    ['a length to be told later', 'POST', '/api/v1/uploads', { 'upload-defer-length': '1' }, 400, 'bad_request'],
    ['a length that is none', 'POST', '/api/v1/uploads', { 'upload-length': '-1' }, 400, 'bad_request'],
    [
      'metadata that is none',
      'POST',
      '/api/v1/uploads',
      { 'upload-length': '1', 'upload-metadata': 'a b c' },
      400,
      'bad_request',
    ],
  ])('%s is a problem like every other', async (_what, method, path, headers, status, code) => {
    const response = await tus.request(method, path, headers as Record<string, string>);
    expect(response.headers.get('tus-resumable')).toBe('1.0.0');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(await problemOf(response)).toEqual([status, code]);
  });

  it('answers before the rest of a large body has come, and the connection can be used again', async () => {
    const location = await createUpload(tus, 900_000);
    const body = Buffer.alloc(900_000);
    const answer = await problemOf(await tus.patch(location, 1, body));
    expect(answer).toEqual([409, 'conflict']);
    expect((await tus.head(location)).status).toBe(200);
  });
});
