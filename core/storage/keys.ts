import { DarkroomError } from '#core/errors.ts';

const segment = /^[a-z0-9@_-][a-z0-9@._-]*$/;
const uploadId = /^[A-Za-z0-9_-]{1,128}$/;

/** The key itself, if it is one of ours: no empty, hidden or climbing segment. Throws `bad_request`. */
export function checkedKey(key: string): string {
  if (key.length <= 512 && key.split('/').every((part) => segment.test(part))) return key;
  throw new DarkroomError('bad_request', `${JSON.stringify(key.slice(0, 80))} is not a storage key.`);
}

/** The id itself, if an upload may be called so. Throws `bad_request`. */
export function checkedUploadId(id: string): string {
  if (uploadId.test(id)) return id;
  throw new DarkroomError('bad_request', `${JSON.stringify(id.slice(0, 80))} is not the id of an upload.`);
}

export function noSuchKey(key: string): DarkroomError {
  return new DarkroomError('not_found', `Nothing is stored under ${key}.`);
}

export function noSuchUpload(id: string): DarkroomError {
  return new DarkroomError('not_found', `There is no upload ${id}.`);
}

export function uploadConflict(id: string, detail: string, options?: { cause?: unknown }): DarkroomError {
  return new DarkroomError('conflict', `Upload ${id}: ${detail}`, options);
}
