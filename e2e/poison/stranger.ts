import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fromMessage } from '#core/broker/messages.ts';
import { readConfig } from '#core/config.ts';
import { acceptImages } from '#core/database/images.ts';
import { promisedMessage } from '#core/database/outbox.ts';
import { ProcessingTask } from '#core/domain/events.ts';
import { blobKey } from '#core/domain/image.ts';
import { openServices, type Services } from '#core/services.ts';

const picture = new URL('../../core/fixtures/plain.jpg', import.meta.url);

/** Somebody else who may write to the broker, and knows a task and what its work should look like. */
export interface Stranger extends AsyncDisposable {
  readonly services: Services;
  /** A queued task of a picture that is stored, whose work nobody has published: the message is the stranger's to send. */
  acceptWithoutWork(): Promise<ProcessingTask>;
  /** Puts a value on the topic of work: bytes as they are, anything else as JSON. */
  send(key: string | null, value: unknown): Promise<void>;
}

export async function openStranger(environment: Record<string, string>): Promise<Stranger> {
  const services = await openServices(readConfig({ LOG_LEVEL: 'silent', ...environment }), 'stranger');
  const { broker, database, storage, topics } = services;
  const bytes = await readFile(picture);
  const sha256 = createHash('sha256').update(bytes).digest('hex');

  return {
    services,
    async acceptWithoutWork() {
      const id = randomUUID();
      const image = { id, task_id: randomUUID(), user_id: 'owner', sha256, filename: `${id}.jpg`, format: 'jpeg' };
      const facts = { width: 240, height: 160, bytes: bytes.length, batch: null, upload_id: null };
      const preset = { name: 'web', version: 1 };
      const created_at = new Date().toISOString();
      return database.write(async (trx) => {
        // Within the transaction: the server's sweep removes what is stored and has no row.
        await storage.put(blobKey(sha256), bytes);
        await acceptImages(trx, topics, [{ ...image, ...facts, preset, created_at }]);
        const work = await trx
          .deleteFrom('outbox')
          .where('topic', '=', topics.processing)
          .where('key', '=', image.task_id)
          .returningAll()
          .executeTakeFirstOrThrow();
        return fromMessage(ProcessingTask, promisedMessage(work));
      });
    },
    async send(key, value) {
      const sent = value === null || value instanceof Uint8Array ? value : Buffer.from(JSON.stringify(value));
      await broker.publish(topics.processing, [{ key, value: sent, headers: {} }]);
    },
    [Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
  };
}
