import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultPreset } from '#core/domain/preset.ts';
import type { Database } from '#core/database/database.ts';
import { addPerson } from '#core/database/people.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import {
  clear,
  countTraces,
  fixture,
  nothing,
  oneImage,
  openUploadApp,
  type UploadApp,
} from '../fixtures/upload-app.ts';
import { acceptUpload, type CompleteUpload } from './accept.ts';

let app: UploadApp;

beforeAll(async () => {
  app = await openUploadApp();
});
afterAll(() => app[Symbol.asyncDispose]());
afterEach(() => clear(app.services));

async function stageUpload(id: string, bytes: Uint8Array): Promise<CompleteUpload> {
  const { storage } = app.services;
  await storage.createUpload(id, 'it');
  await storage.append(
    id,
    0,
    (async function* () {
      yield bytes;
    })(),
  );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    id,
    sha256,
    bytes: bytes.byteLength,
    user_id: 'owner',
    filename: 'a.jpg',
    batch: null,
    preset: defaultPreset,
  };
}

function withDatabase(changed: Partial<Database>): Services {
  const { database } = app.services;
  const real = { read: database.read.bind(database), write: database.write.bind(database) };
  return { ...app.services, database: Object.assign(Object.create(database) as Database, real, changed) };
}

describe('acceptUpload', () => {
  it('accepts nothing of who was disabled since it began, and keeps nothing of it', async () => {
    const { database } = app.services;
    const at = new Date().toISOString();
    const person = { id: 'gone', email: 'gone@example.com', name: 'Gone', role: 'uploader' as const };
    await database.write((trx) => addPerson(trx, { ...person, passwordHash: null, at }));
    const upload = { ...(await stageUpload('it', await fixture('plain.jpg'))), user_id: person.id };
    await database.write((trx) => trx.updateTable('users').set({ disabled_at: at }).where('id', '=', 'gone').execute());
    await expect(acceptUpload(app.services, upload)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await countTraces(app.services)).toEqual(nothing);
  });

  it('accepts once when two servers do it at the same moment, and tells both the same', async () => {
    const upload = await stageUpload('it', await fixture('plain.jpg'));
    const [first, second] = await Promise.all([acceptUpload(app.services, upload), acceptUpload(app.services, upload)]);
    expect(second).toEqual(first);
    expect(await countTraces(app.services)).toEqual(oneImage);
    expect(await acceptUpload(app.services, upload)).toEqual(first);
    expect(await countTraces(app.services)).toEqual(oneImage);
  });

  it('accepts once also where the other commits between a look and the transaction', async () => {
    const upload = await stageUpload('it', await fixture('plain.jpg'));
    const first = await acceptUpload(app.services, upload);
    await stageUpload('it', await fixture('plain.jpg'));
    const behind = withDatabase({ read: async <T>() => undefined as T });
    expect(await acceptUpload(behind, upload)).toEqual(first);
    expect(await countTraces(app.services)).toEqual(oneImage);
  });

  it('keeps the upload when the database fails, so that asking again succeeds', async () => {
    const upload = await stageUpload('it', await fixture('plain.jpg'));
    const failing = withDatabase({
      write: async () => Promise.reject(new DarkroomError('database_unavailable', 'It is away.')),
    });
    await expect(acceptUpload(failing, upload)).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await countTraces(app.services)).toMatchObject({ images: 0, staged: 1 });
    await acceptUpload(app.services, upload);
    expect(await countTraces(app.services)).toEqual(oneImage);
  });

  it('discards what it refuses', async () => {
    const upload = await stageUpload('it', Buffer.from('hello'));
    await expect(acceptUpload(app.services, upload)).rejects.toMatchObject({ code: 'unsupported_format' });
    expect(await countTraces(app.services)).toEqual(nothing);
  });
});
