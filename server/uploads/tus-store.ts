import { AsyncLocalStorage } from 'node:async_hooks';
import type { Readable } from 'node:stream';
import { DataStore, Upload } from '@tus/server';
import { z } from 'zod';
import { findImageByUpload } from '#core/database/images.ts';
import { allowanceOf } from '#core/database/usage.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import type { Unfinished } from '../limits/unfinished.ts';
import { acceptUpload, isRefusal } from './accept.ts';
import { declare } from './declaration.ts';
import { Hashes } from './hashes.ts';
import { overQuota } from './quota.ts';

/** What is learned while one request is answered. */
export interface Exchange {
  user_id: string;
  created: string | null;
  task_id: string | null;
  error: DarkroomError | null;
}

export const exchange = new AsyncLocalStorage<Exchange>();

/** What is kept beside the bytes of an upload. */
const Info = z.object({
  length: z.int().positive(),
  user_id: z.string(),
  metadata: z.record(z.string(), z.string().nullable()),
});
type Info = z.infer<typeof Info>;

/** An upload; `info` is null once it is accepted. */
interface Found {
  info: Info | null;
  size: number;
  user_id: string;
}

/**
 * Uploads as tus sees them, over Storage and Database. An upload whose last byte has arrived is accepted before anything
 * is answered about it, whichever request finds it so, and stays known as long as its image exists. Each method but
 * `create` runs while the lock of the upload is held.
 */
export class UploadStore extends DataStore {
  override extensions = ['creation', 'creation-with-upload', 'termination'];
  readonly #services: Services;
  readonly #unfinished: Unfinished;
  readonly #hashes: Hashes;

  constructor(services: Services, unfinished: Unfinished) {
    super();
    this.#services = services;
    this.#unfinished = unfinished;
    this.#hashes = new Hashes(services.storage);
  }

  /** Makes sure that there may be one more. Throws `quota_exceeded` or `too_many_uploads`. */
  async reserve(id: string, bytes: number): Promise<void> {
    const { config, database } = this.#services;
    const userId = exchange.getStore()?.user_id ?? '';
    const { quota, left } = await database.read((db) => allowanceOf(db, userId, config));
    if (left.images < 1 || left.bytes < bytes) throw overQuota();
    this.#unfinished.begin(id, { userId, bytes }, quota);
  }

  override async create(upload: Upload): Promise<Upload> {
    const info: Info = {
      length: upload.size ?? 0,
      user_id: exchange.getStore()?.user_id ?? '',
      metadata: upload.metadata ?? {},
    };
    await this.#services.storage.createUpload(upload.id, JSON.stringify(info));
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const { size, info } = await this.settle(id);
    return new Upload({ id, size: info?.length ?? size, offset: size, metadata: info?.metadata });
  }

  override async write(source: Readable, id: string, offset: number): Promise<number> {
    const found = await this.#find(id);
    if (!found.info) return found.size;
    const size = await this.#services.storage.append(id, offset, this.#hashes.follow(id, offset, source));
    if (size === found.info.length) await this.#accept(id, found.info);
    return size;
  }

  override async remove(id: string): Promise<void> {
    const { info } = await this.#find(id);
    if (!info) throw new DarkroomError('conflict', 'This upload is complete: delete its image instead.');
    await this.discard(id);
  }

  /** Forgets an upload and its bytes. */
  async discard(id: string): Promise<void> {
    this.#hashes.forget(id);
    this.#unfinished.end(id);
    await this.#services.storage.discardUpload(id);
  }

  /** Whose upload it is. Throws `not_found`. */
  async ownerOf(id: string): Promise<string> {
    return (await this.#find(id)).user_id;
  }

  /** What there is of the upload, after accepting it if it is complete. Throws `not_found`, or what it is refused for. */
  async settle(id: string): Promise<Found> {
    const found = await this.#find(id);
    if (!found.info || found.size < found.info.length) return found;
    await this.#accept(id, found.info);
    return { ...found, info: null };
  }

  async #accept(id: string, { length, user_id, metadata }: Info): Promise<void> {
    const { filename, preset, batch } = metadata;
    const sha256 = await this.#hashes.digest(id, length);
    const upload = { id, user_id, sha256, bytes: length, ...declare({ filename, preset, batch }) };
    const { task_id } = await acceptUpload(this.#services, upload).catch((error: unknown) => {
      if (isRefusal(error)) this.#unfinished.end(id);
      throw error;
    });
    this.#unfinished.end(id);
    this.#tell(task_id);
  }

  async #find(id: string): Promise<Found> {
    const staged = await this.#services.storage.upload(id);
    const info = staged && parseInfo(staged.info);
    if (staged && info) return { info, size: staged.size, user_id: info.user_id };
    const accepted = await this.#services.database.read((trx) => findImageByUpload(trx, id));
    if (!accepted) throw new DarkroomError('not_found', 'There is no such upload; what was refused is gone.');
    this.#tell(accepted.task_id);
    const { bytes, user_id } = accepted.image;
    return { info: null, size: bytes, user_id };
  }

  #tell(task_id: string): void {
    const told = exchange.getStore();
    if (told) told.task_id = task_id;
  }
}

/** Null where a creation was cut short, or for what is staged by another way than tus. */
export function parseInfo(text: string): Info | null {
  try {
    return Info.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
