import { createHash, randomUUID } from 'node:crypto';
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { Allowance } from '#core/database/usage.ts';
import { DarkroomError, isOutOfSpace } from '#core/errors.ts';
import type { Storage } from '#core/storage/storage.ts';
import type { Limits } from '../limits/limits.ts';
import { tooLarge, type FileLimits } from './inspect.ts';
import { overQuota } from './quota.ts';

/** What `@fastify/multipart` may meet before it gives up. */
export function formLimits({ UPLOAD_MAX_BYTES }: FileLimits) {
  const each = { fieldNameSize: 100, fieldSize: 1000, headerPairs: 20, headerSize: 8 << 10 };
  return { fileSize: UPLOAD_MAX_BYTES, files: 1000, fields: 20, parts: 1020, ...each };
}

/** Who sends a form, and what they have room for. */
export interface Sender extends Allowance {
  userId: string;
}

/** A file of the form: staged, or refused already. */
export interface FormFile {
  filename: string;
  sha256: string;
  bytes: number;
  staged: string;
  refusal: DarkroomError | null;
}

export interface Form {
  preset: string | null;
  batch: string | null;
  files: FormFile[];
}

/** Streams the files of a multipart body into storage, in whatever order fields and files come. */
export class FormReader {
  readonly #storage: Storage;
  readonly #config: FileLimits;
  readonly #limits: Pick<Limits, 'uploads' | 'unfinished'>;
  readonly #sender: Sender;
  readonly #staged: string[] = [];

  constructor(
    { storage, config }: { storage: Storage; config: FileLimits },
    limits: Pick<Limits, 'uploads' | 'unfinished'>,
    sender: Sender,
  ) {
    this.#storage = storage;
    this.#config = config;
    this.#limits = limits;
    this.#sender = sender;
  }

  /** Throws `bad_request` for a body that is not a well-formed form, or one that breaks off. */
  async read(request: FastifyRequest): Promise<Form> {
    if (!request.isMultipart()) throw new DarkroomError('bad_request', 'Send the files as multipart/form-data.');
    const form: Form = { preset: null, batch: null, files: [] };
    try {
      for await (const part of request.parts()) await this.#take(part, form);
    } catch (error) {
      // What was not read of the body would keep the connection from its next request.
      request.raw.unpipe();
      request.raw.resume();
      if (error instanceof DarkroomError || isOutOfSpace(error)) throw error;
      const detail = error instanceof Error ? error.message : 'it breaks off';
      throw new DarkroomError('bad_request', `The form cannot be read: ${detail}`, { cause: error });
    }
    return form;
  }

  /** Removes all that was staged. */
  async discard(): Promise<void> {
    for (const id of this.#staged) {
      this.#limits.unfinished.end(id);
      await this.#storage.discardUpload(id);
    }
  }

  async #take(part: Multipart, form: Form): Promise<void> {
    if (part.type === 'file') {
      const file = await this.#stage(part);
      // What a browser sends for a file input nobody used.
      if (file.filename !== '' || file.bytes > 0) form.files.push(file);
    } else if (part.fieldname === 'preset' || part.fieldname === 'batch') {
      if (typeof part.value !== 'string' || part.valueTruncated) {
        throw new DarkroomError('bad_request', `The field ${part.fieldname} is not a short text.`);
      }
      form[part.fieldname] = part.value;
    }
  }

  /** A file that there is no room for is read to its end, for its hash: the form may be one that was answered before. */
  async #stage({ file, filename }: MultipartFile): Promise<FormFile> {
    const { userId, quota, left } = this.#sender;
    const { uploads, unfinished } = this.#limits;
    await uploads.take(userId);
    const staged = randomUUID();
    await this.#storage.createUpload(staged, '');
    this.#staged.push(staged);
    const hash = createHash('sha256');
    let bytes = 0;
    let fits = true;
    const hashing = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of file as AsyncIterable<Buffer>) {
        hash.update(chunk);
        bytes += chunk.byteLength;
        fits &&= bytes <= left.bytes && unfinished.grow(staged, { userId, bytes: chunk.byteLength }, quota);
        if (fits) yield chunk;
      }
    };
    await this.#storage.append(staged, 0, hashing());
    const refusal = file.truncated ? tooLarge(this.#config) : fits ? null : overQuota();
    // Its type says otherwise, but a part may come without a name.
    return { filename: filename || '', sha256: hash.digest('hex'), bytes, staged, refusal };
  }
}
