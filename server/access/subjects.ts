import { randomUUID } from 'node:crypto';
import { addKey } from '#core/database/api-keys.ts';
import { keepDeadLetter } from '#core/database/dead-letters.ts';
import { acceptImages } from '#core/database/images.ts';
import { addPerson } from '#core/database/people.ts';
import { newImage } from '#core/database/testing/folder.ts';
import { blobKey, derivativeKey } from '#core/domain/image.ts';
import type { Services } from '#core/services.ts';

/** Makes something that belongs to this person, and resolves to its id. */
export type MakeSubject = (services: Services, owner: string) => Promise<string>;

const at = '2026-01-01T00:00:00.000Z';
let letters = 0;

async function image(services: Services, owner: string) {
  const made = newImage({ user_id: owner });
  await services.database.write((trx) => acceptImages(trx, services.topics, [made]));
  await services.storage.put(blobKey(made.sha256), Buffer.from('original'));
  const small = { name: 'small', format: 'webp' };
  await services.storage.put(derivativeKey(made.id, made.preset, small), Buffer.from('small'));
  return made;
}

/** What routes are about. Each call makes another one, so that what one caller does to it is nothing to the next. */
export const subjects = {
  image: async (services, owner) => (await image(services, owner)).id,
  task: async (services, owner) => (await image(services, owner)).task_id,
  cancelledTask: async (services, owner) => {
    const { task_id } = await image(services, owner);
    await services.database.write((trx) =>
      trx.updateTable('tasks').set({ status: 'cancelled' }).where('id', '=', task_id).execute(),
    );
    return task_id;
  },
  upload: async ({ storage }, owner) => {
    const id = randomUUID();
    await storage.createUpload(id, JSON.stringify({ length: 100, user_id: owner, metadata: {} }));
    return id;
  },
  deadLetter: async ({ database, topics }) => {
    const id = randomUUID();
    letters += 1;
    const place = { topic: topics.processing, partition: 0, offset: letters, dlq_partition: 0, dlq_offset: letters };
    const letter = { group_name: 'g', key: null, value: Buffer.from('{'), headers: '{}', task_id: null, user_id: null };
    const story = { reason: 'malformed', error: 'x', attempts: 0, redrives: 0, at };
    await database.write((trx) => keepDeadLetter(trx, { id, ...place, ...letter, ...story }));
    return id;
  },
  person: async ({ database }) => {
    const id = randomUUID();
    const person = { id, email: `${id}@example.com`, name: 'x', role: 'viewer' as const, passwordHash: '', at };
    await database.write((trx) => addPerson(trx, person));
    return id;
  },
  session: async ({ database }, owner) => {
    const id = randomUUID();
    const times = { expires_at: '2999-01-01T00:00:00.000Z', created_at: at, updated_at: at };
    await database.write((trx) =>
      trx
        .insertInto('sessions')
        .values({ id, user_id: owner, token: id, ...times })
        .execute(),
    );
    return id;
  },
  key: async ({ database }, owner) => {
    const wanted = { user_id: owner, name: 'x', scopes: ['read' as const], expires_at: null, at };
    return (await database.write((trx) => addKey(trx, wanted))).id;
  },
} satisfies Record<string, MakeSubject>;
