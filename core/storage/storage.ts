/**
 * Storage: bytes under keys. Adapters: local files, S3, memory. `storage.contract.ts` runs the same tests over each and
 * cites these numbers. Keys are ours (`blobs/…`, `derivatives/…`, `marks/…`), made of [a-z0-9@._/-], never a user's words.
 *
 *  1. `put` and `promote` are atomic: a reader sees all of the bytes or none, whatever dies in between.
 *  2. When they resolve, the bytes survive power loss (unless `durable: false`).
 *  3. To write the same key again replaces it whole.
 *  4. A write that fails leaves nothing under the key, and `storage_full` says that there is no room.
 *  5. An upload grows only at its end: `append` at another offset is refused with `conflict`; what a broken append had
 *     written counts, and `uploadSize` says how much.
 *  6. `promote` leaves the upload in place (call `discardUpload` once the promise is kept) and may be repeated.
 *  7. `delete` and `discardUpload` of what is not there succeed.
 *  8. Memory use does not depend on the size of what passes through.
 *  9. Anything but a full disk or a missing key is `storage_unavailable`; a missing key is `not_found`.
 */
export interface Storage extends AsyncDisposable {
  put(key: string, source: Source, options?: { durable?: boolean }): Promise<{ bytes: number }>;
  /** Throws `not_found`. `end` is inclusive, as in HTTP. */
  read(key: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>>;
  /** Size in bytes, or null where there is nothing. */
  size(key: string): Promise<number | null>;
  /** Brings the bytes to a local path that must not exist; they must not be changed there (it may be a hard link). */
  fetchTo(key: string, path: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** Keys that begin with the prefix, in order. */
  list(prefix: string): AsyncIterable<string>;

  /** Starts an upload under an id made of [A-Za-z0-9_-]; `info` is kept beside it as given. */
  createUpload(id: string, info: string): Promise<void>;
  /** Appends at `offset` and resolves to the new size once the bytes survive power loss. */
  append(id: string, offset: number, source: AsyncIterable<Uint8Array>): Promise<number>;
  /** What was given at creation and how many bytes there are; null where there is no such upload. */
  upload(id: string): Promise<{ info: string; size: number } | null>;
  readUpload(id: string, range?: { start: number; end: number }): Promise<AsyncIterable<Uint8Array>>;
  promote(id: string, key: string): Promise<void>;
  discardUpload(id: string): Promise<void>;
  /** Ids of all uploads there are, with the time of their last byte (ms). */
  uploads(): AsyncIterable<{ id: string; touched: number }>;

  /** Rejects with `storage_full` or `storage_unavailable` when a small durable write does not succeed now. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

/** Bytes, a stream of them, or a local file which the storage takes over: once stored it is gone from there. */
export type Source = Uint8Array | AsyncIterable<Uint8Array> | { path: string };
