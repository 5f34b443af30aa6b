import { createHash } from 'node:crypto';
import { UploadAnswer } from '#core/domain/api.ts';
import type { Reader } from '#core/database/database.ts';
import { findAnswer, keepAnswer } from '#core/database/idempotency.ts';
import type { Amount } from '#core/database/usage.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { acceptedOf, isRefusal, prepareImage, promiseImages, removePrepared, type PreparedImage } from './accept.ts';
import { declare, type Declaration } from './declaration.ts';
import type { Form, FormFile } from './form.ts';
import { overQuota } from './quota.ts';

/** One request: who sends it, and the key under which its answer is kept, if one was given. */
export interface FormRequest {
  user_id: string;
  idempotencyKey: string | null;
  /** What there was room for when the request began: what goes beyond is not looked at. The promise is exact. */
  left: Amount;
}

interface Refusal {
  name: string;
  error: DarkroomError;
}

/** Thrown where no file of a form was accepted: `first` is what the first was refused for. */
export class FormRefused extends Error {
  readonly first: DarkroomError;
  readonly rejected: UploadAnswer['rejected'];

  constructor(first: DarkroomError, refusals: Refusal[]) {
    super(first.message, { cause: first });
    this.first = first;
    this.rejected = refusals.map(rejectedOf);
  }
}

type DeclaredFile = FormFile & { declared: Declaration };

/**
 * Accepts the files of a form that can be, all in one transaction, and with them keeps the answer for the
 * Idempotency-Key: the same key and body are answered the same and accepted once, however often and however close
 * together they come.
 */
export async function acceptForm(services: Services, form: Form, request: FormRequest): Promise<UploadAnswer> {
  if (form.files.length === 0) throw new DarkroomError('no_file', 'The form has no file in it.');
  const files = form.files.map((file) => ({ ...file, declared: declare({ ...form, filename: file.filename }) }));
  const fingerprint = fingerprintOf(files);
  const isKept = request.idempotencyKey !== null;
  const earlier = isKept && (await services.database.read((db) => keptAnswer(db, request, fingerprint)));
  if (earlier) return earlier;

  const { prepared, refusals } = await prepareFiles(services, files, request);
  if (prepared.length === 0) refuse(refusals);
  const promising = services.database.write(async (trx) => {
    const meanwhile = await keptAnswer(trx, request, fingerprint);
    if (meanwhile) return { answer: meanwhile, over: [] };
    const { promised, over } = await promiseImages(trx, services, request.user_id, prepared);
    refusals.push(...over.map(({ image }) => ({ name: image.filename, error: overQuota() })));
    if (promised.length === 0) return { answer: null, over };
    const images = promised.map(({ image }) => acceptedOf(image));
    const answer: UploadAnswer = { images, rejected: refusals.map(rejectedOf) };
    const { user_id: userId, idempotencyKey: key } = request;
    const kept = { userId, fingerprint, answer: JSON.stringify(answer), at: new Date().toISOString() };
    if (key !== null) await keepAnswer(trx, { ...kept, key });
    return { answer, over };
  });
  const { answer, over } = await promising.catch(async (error: unknown) => {
    if (isRefusal(error)) await removePrepared(services, prepared);
    throw error;
  });
  await removePrepared(services, over);
  return answer ?? refuse(refusals);
}

async function prepareFiles(
  services: Services,
  files: DeclaredFile[],
  { user_id, ...request }: FormRequest,
): Promise<{ prepared: PreparedImage[]; refusals: Refusal[] }> {
  const left = { ...request.left };
  const prepared: PreparedImage[] = [];
  const refusals: Refusal[] = [];
  for (const { staged: id, sha256, bytes, refusal, declared } of files) {
    try {
      if (refusal) throw refusal;
      if (left.images < 1 || left.bytes < bytes) throw overQuota();
      prepared.push(await prepareImage(services, { ...declared, id, user_id, sha256, bytes }));
      left.images -= 1;
      left.bytes -= bytes;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusals.push({ name: declared.filename, error });
    }
  }
  return { prepared, refusals };
}

function refuse(refusals: Refusal[]): never {
  const [first] = refusals;
  if (!first) throw new Error('A form that is refused has a file that is.');
  throw new FormRefused(first.error, refusals);
}

function rejectedOf({ name, error }: Refusal): UploadAnswer['rejected'][number] {
  return { name, code: error.code, detail: error.message };
}

async function keptAnswer(
  db: Reader,
  { user_id, idempotencyKey }: FormRequest,
  fingerprint: string,
): Promise<UploadAnswer | null> {
  if (idempotencyKey === null) return null;
  const kept = await findAnswer(db, user_id, idempotencyKey);
  if (!kept) return null;
  if (kept.fingerprint === fingerprint) return UploadAnswer.parse(JSON.parse(kept.answer));
  throw new DarkroomError('idempotency_mismatch', 'The Idempotency-Key came before, with other files or fields.');
}

/** The same for the same fields, names and bytes. */
function fingerprintOf(files: DeclaredFile[]): string {
  const said = files.map(({ sha256, declared: { filename, preset, batch } }) => [filename, preset.name, batch, sha256]);
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}
