import type { RequestError } from '../api.ts';

/**
 * A file on its way to the server. `waiting` → `sending` → `sent`, or `refused` (the server will not take it: it leaves
 * the queue's work) or `stopped` (the connection broke for too long: it may be sent again), or `missing` (the page was
 * reloaded and no longer has the file's bytes: it goes on when the same file is chosen again).
 */
export interface Entry {
  id: string;
  name: string;
  /** Folder it came in, '' for none. */
  folder: string;
  bytes: number;
  modified: number;
  type: string;
  batch: string;
  state: 'waiting' | 'sending' | 'sent' | 'refused' | 'stopped' | 'missing';
  sent: number;
  /** Where the server keeps what it has of it. */
  url: string | null;
  taskId: string | null;
  problem: { code: string; detail: string } | null;
}

/** Whether a file chosen again is the one this entry waits for. */
export function isSameFile(entry: Entry, file: File): boolean {
  return entry.name === file.name && entry.bytes === file.size && entry.modified === file.lastModified;
}

/** A new entry for a chosen file. */
export function entryFor(file: File, folder: string, batch: string): Entry {
  return {
    id: crypto.randomUUID(),
    name: file.name,
    folder,
    bytes: file.size,
    modified: file.lastModified,
    type: file.type,
    batch,
    state: 'waiting',
    sent: 0,
    url: null,
    taskId: null,
    problem: null,
  };
}

/** Answers that say nothing of the file: nobody is signed in, too slow, in another's hands, too much at once. */
const passing = [401, 408, 409, 423, 429];

/** The entry after its transfer ended with this error. Only a refusal of the file itself is final. */
export function endedWith(entry: Entry, error: RequestError): Entry {
  const refused = error.status >= 400 && error.status < 500 && !passing.includes(error.status);
  const problem = { code: error.code, detail: error.message };
  return { ...entry, state: refused ? 'refused' : 'stopped', problem };
}
