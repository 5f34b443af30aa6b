import type { Generated } from 'kysely';
import type { Role } from '../domain/access.ts';
import type { DeadLetterStatus } from '../domain/api.ts';
import type { TaskStatus } from '../domain/task.ts';

/** Rows as they are stored. Times are ISO 8601 text in UTC unless the name ends in `_ms`; JSON is text. */
export interface Schema {
  blobs: BlobRow;
  images: ImageRow;
  tasks: TaskRow;
  task_counts: TaskCountRow;
  timeline: TimelineRow;
  outbox: OutboxRow;
  dead_letters: DeadLetterRow;
  projection_offsets: ProjectionOffsetRow;
  buckets: BucketRow;
  bucket_latency: BucketLatencyRow;
  leases: LeaseRow;
  idempotency_keys: IdempotencyKeyRow;
  users: UserRow;
  accounts: AccountRow;
  sessions: SessionRow;
  verifications: VerificationRow;
  api_keys: ApiKeyRow;
  usage: UsageRow;
}

/** Bytes shared by images; `refs` counts them. */
export interface BlobRow {
  sha256: string;
  bytes: number;
  refs: number;
}

export interface ImageRow {
  id: string;
  user_id: string;
  blob: string;
  filename: string;
  format: string;
  width: number;
  height: number;
  bytes: number;
  batch: string | null;
  /** The upload it came by: makes accepting an upload twice impossible. */
  upload_id: string | null;
  created_at: string;
}

/** What a task is, and its state as `applyUpdate` has folded it. */
export interface TaskRow {
  /** `created_at` and a number within that millisecond, see `sequence.ts`: lists are newest first by it. */
  seq: number;
  id: string;
  image_id: string;
  user_id: string;
  batch: string | null;
  filename: string;
  /** What the search finds a filename by, see `search.ts`. */
  search_name: string;
  format: string;
  width: number;
  height: number;
  bytes: number;
  blob: string;
  preset: string;
  preset_version: number;
  created_at: string;
  /** When the present run was asked for: waiting is counted from here. */
  queued_at: string;
  run: number;
  status: TaskStatus;
  status_at: string;
  attempts: number;
  started_at: string | null;
  finished_at: string | null;
  worker: string | null;
  error_code: string | null;
  error_detail: string | null;
  warnings: string;
  derivatives: string;
  placeholder: string | null;
  metadata: string | null;
  /** The last run whose `task.queued` has been counted into the buckets: the log may carry it twice. */
  counted_run: number;
}

/** Tasks by person and status: whoever's transaction moves a task moves these. */
export interface TaskCountRow {
  user_id: string;
  status: TaskStatus;
  n: number;
}

/** What happened to a task, in the order it was folded. `update` is the TaskUpdate as JSON. */
export interface TimelineRow {
  seq: Generated<number>;
  task_id: string;
  update_id: string;
  update: string;
}

/**
 * Messages promised by a committed transaction and not yet published. The value is `value` (JSON) or else `bytes`; a
 * message that has neither is published without one.
 */
export interface OutboxRow {
  seq: Generated<number>;
  topic: string;
  key: string | null;
  value: string | null;
  bytes: Uint8Array | null;
  headers: string;
}

/** A message that a consumer gave up on, and what became of it. What it does not say of itself is null. */
export interface DeadLetterRow {
  seq: Generated<number>;
  id: string;
  /** Where it was read, and by which group: one message that is given up twice by the same group is one row. */
  topic: string;
  partition: number | null;
  offset: number | null;
  group_name: string | null;
  /** Where it is in the dead-letter topic of `topic`. */
  dlq_partition: number;
  dlq_offset: number;
  key: string | null;
  /** As it was received, byte for byte. */
  value: Uint8Array | null;
  /** All of them, as JSON. */
  headers: string;
  reason: string;
  error: string;
  attempts: number | null;
  /** How often this message has been redriven before it died this time. */
  redrives: number;
  task_id: string | null;
  user_id: string | null;
  at: string;
  status: DeadLetterStatus;
  acted_by: string | null;
  acted_at: string | null;
}

/** How far `project` has folded each partition: moves only forward, only from the value expected. */
export interface ProjectionOffsetRow {
  topic: string;
  partition: number;
  next_offset: number;
}

/** Counts per time bucket. `step` in seconds (10, 60, 3600), `at` in seconds since the epoch; `dimension` '' for all. */
export interface BucketRow {
  step: number;
  at: number;
  metric: string;
  dimension: string;
  n: number;
}

/** A mergeable latency sketch, as `latency-sketch.ts` writes it. */
export interface BucketLatencyRow {
  step: number;
  at: number;
  metric: string;
  bins: Uint8Array;
}

export interface LeaseRow {
  name: string;
  holder: string;
  expires_ms: number;
}

/** `answer` is what the first request with this key was told; `fingerprint` says which body it had. */
export interface IdempotencyKeyRow {
  user_id: string;
  key: string;
  fingerprint: string;
  answer: string;
  created_at: string;
}

/** A person. The columns that are not about what they may do are those of better-auth. */
export interface UserRow {
  id: string;
  email: string;
  email_verified: number;
  name: string;
  image: string | null;
  role: Role;
  disabled_at: string | null;
  /** Most they may keep; null where the setting of the house holds. */
  quota_images: number | null;
  quota_bytes: number | null;
  created_at: string;
  updated_at: string;
}

/** A way a person signs in: a password (`credential`), or somebody else's word (`oidc`). */
export interface AccountRow {
  id: string;
  user_id: string;
  account_id: string;
  provider_id: string;
  access_token: string | null;
  refresh_token: string | null;
  id_token: string | null;
  access_token_expires_at: string | null;
  refresh_token_expires_at: string | null;
  scope: string | null;
  password: string | null;
  created_at: string;
  updated_at: string;
}

export interface SessionRow {
  id: string;
  user_id: string;
  token: string;
  expires_at: string;
  ip_address: string | null;
  user_agent: string | null;
  created_at: string;
  updated_at: string;
}

/** What proves something once: a link for a new password, the state of a sign-on that is under way. */
export interface VerificationRow {
  id: string;
  identifier: string;
  value: string;
  expires_at: string;
  created_at: string;
  updated_at: string;
}

/** `hash` is the SHA-256 of the key; `scopes` is JSON. */
export interface ApiKeyRow {
  id: string;
  user_id: string;
  name: string;
  prefix: string;
  hash: string;
  scopes: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

/** What each person keeps: whoever's transaction adds or removes an image moves it. */
export interface UsageRow {
  user_id: string;
  images: number;
  bytes: number;
}
