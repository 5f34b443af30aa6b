/**
 * Every error Darkroom names. The code is part of the HTTP contract (`application/problem+json`) and of a failed task's
 * `error.code`, so a code is never renamed; `retryable` says whether doing the same again may succeed.
 */
const catalog = {
  // What a person sends.
  bad_request: { status: 400, retryable: false, title: 'The request is malformed' },
  invalid_cursor: { status: 400, retryable: false, title: 'The cursor is not one this server gave out' },
  no_file: { status: 400, retryable: false, title: 'The request carries no file' },
  unauthenticated: { status: 401, retryable: false, title: 'Nobody is signed in' },
  invalid_credentials: { status: 401, retryable: false, title: 'The email or the password is wrong' },
  invalid_token: { status: 400, retryable: false, title: 'The link is used up, out of date or not one of ours' },
  wrong_password: { status: 400, retryable: false, title: 'The present password is another' },
  email_taken: { status: 409, retryable: false, title: 'Somebody has this email already' },
  last_admin: { status: 409, retryable: false, title: 'There must be an admin' },
  forbidden: { status: 403, retryable: false, title: 'You may not do this' },
  not_found: { status: 404, retryable: false, title: 'There is nothing here' },
  conflict: { status: 409, retryable: false, title: 'The present state does not allow this' },
  redrive_limit: { status: 409, retryable: false, title: 'This message has been redriven too often' },
  upload_locked: { status: 423, retryable: true, title: 'Another request holds this upload' },
  tus_version: { status: 412, retryable: false, title: 'Uploads are taken by version 1.0.0 of tus' },
  idempotency_mismatch: { status: 409, retryable: false, title: 'This Idempotency-Key was used for another body' },
  request_timeout: { status: 408, retryable: true, title: 'The request did not arrive in time' },
  rate_limited: { status: 429, retryable: true, title: 'Too many requests' },
  too_many_uploads: { status: 429, retryable: true, title: 'Too many uploads at once' },
  quota_exceeded: { status: 403, retryable: false, title: 'The quota is used up' },
  headers_too_large: { status: 431, retryable: false, title: 'The header of the request is too large' },
  file_too_large: { status: 413, retryable: false, title: 'The file is larger than this server takes' },
  unsupported_format: { status: 415, retryable: false, title: 'This kind of file cannot be developed' },
  range_not_satisfiable: { status: 416, retryable: false, title: 'The file does not reach that far' },
  empty_file: { status: 422, retryable: false, title: 'The file is empty' },
  unreadable_header: { status: 422, retryable: false, title: 'The file does not say how large its picture is' },
  too_many_frames: { status: 422, retryable: false, title: 'The animation has more frames than this server takes' },
  too_many_pixels: { status: 422, retryable: false, title: 'The picture has more pixels than this server takes' },
  unknown_preset: { status: 422, retryable: false, title: 'There is no such preset' },

  // What happens to a picture while it is developed.
  damaged_image: { status: 422, retryable: false, title: 'The picture is damaged and cannot be decoded' },
  decoder_timeout: { status: 422, retryable: true, title: 'Decoding took too long and was stopped' },
  decoder_crashed: { status: 422, retryable: true, title: 'The decoder died while it held this picture' },
  out_of_memory: { status: 422, retryable: true, title: 'Decoding needed more memory than is allowed' },
  worker_died: { status: 422, retryable: true, title: 'The worker died each time it held this picture' },
  original_missing: { status: 422, retryable: false, title: 'The original is no longer in storage' },
  dead_letter: { status: 422, retryable: false, title: 'The message that carried the work was given up' },
  cancelled: { status: 409, retryable: false, title: 'The task was cancelled' },

  // What happens to the house.
  storage_full: { status: 507, retryable: true, title: 'There is no room left to store files' },
  storage_unavailable: { status: 503, retryable: true, title: 'Storage cannot be reached' },
  database_unavailable: { status: 503, retryable: true, title: 'The database cannot be reached' },
  broker_unavailable: { status: 503, retryable: true, title: 'The message broker cannot be reached' },
  decoder_unavailable: { status: 503, retryable: true, title: 'The decoder does not start' },
  mail_unavailable: { status: 503, retryable: true, title: 'The mail server cannot be reached' },
  mail_refused: { status: 502, retryable: false, title: 'The mail server does not take this mail' },
  sign_on_unavailable: { status: 503, retryable: true, title: 'The single sign-on cannot be reached' },
  assignment_lost: { status: 500, retryable: true, title: 'The partition now belongs to another member' },
  malformed_message: { status: 500, retryable: false, title: 'The message cannot be read' },
  invalid_config: { status: 500, retryable: false, title: 'A setting has a value it does not take' },
  pending_migrations: { status: 500, retryable: false, title: 'The database has not been migrated' },
  internal: { status: 500, retryable: false, title: 'Something went wrong inside Darkroom' },
} as const;

export type ErrorCode = keyof typeof catalog;

/**
 * The one error class. `detail` is written for the person who reads it; `cause` is for the log; `retryAfter` says in how
 * many seconds it may be different, where that is known.
 */
export class DarkroomError extends Error {
  readonly code: ErrorCode;
  readonly retryAfter: number | null;

  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown; retryAfter?: number }) {
    super(detail, options);
    this.name = 'DarkroomError';
    this.code = code;
    this.retryAfter = options?.retryAfter ?? null;
  }

  get status(): number {
    return catalog[this.code].status;
  }

  get title(): string {
    return catalog[this.code].title;
  }

  get retryable(): boolean {
    return catalog[this.code].retryable;
  }
}

/** The error as a DarkroomError: itself if it is one, ENOSPC and its kin as `storage_full`, anything else as `internal`. */
export function toDarkroomError(error: unknown): DarkroomError {
  if (error instanceof DarkroomError) return error;
  if (isOutOfSpace(error)) return new DarkroomError('storage_full', 'The disk is full.', { cause: error });
  return new DarkroomError('internal', 'Something went wrong inside Darkroom.', { cause: error });
}

/** True for a full disk, a used-up quota and SQLite's SQLITE_FULL (13). */
export function isOutOfSpace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return code === 'ENOSPC' || code === 'EDQUOT' || errcode === 13;
}
