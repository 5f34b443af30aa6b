import type { Entry } from './entry.ts';

/**
 * Entries and their bytes, kept by the browser so that a reload loses nothing. Bounded: beyond `mostBytes` an entry is
 * kept without its file. Where the browser keeps nothing (private windows, no room), all goes on without it.
 */
export interface KeptFiles {
  /** Everything kept, in the order it was added. */
  all(): Promise<{ entry: Entry; file: File | null }[]>;
  /** Resolves to the ids whose bytes will be there after a reload. */
  keep(additions: { entry: Entry; file: File }[]): Promise<string[]>;
  update(entry: Entry): void;
  forget(ids: string[]): void;
}

const mostBytes = 2 * 1024 ** 3;

interface Row {
  order: number;
  id: string;
  entry: Entry;
  file: File | null;
}

export function openKeptFiles(name = 'darkroom-uploads'): KeptFiles {
  let opening: Promise<IDBDatabase> | null = null;
  const database = () => (opening ??= open(name));
  let keptBytes = 0;
  const sizes = new Map<string, number>();
  let order = Date.now();

  const write = async (change: (rows: IDBObjectStore) => void) => {
    const transaction = (await database()).transaction('entries', 'readwrite');
    change(transaction.objectStore('entries'));
    await finished(transaction);
  };
  const drop = (id: string) => {
    keptBytes -= sizes.get(id) ?? 0;
    sizes.delete(id);
  };

  return {
    async all() {
      try {
        const rows = await answered<Row[]>((await database()).transaction('entries').objectStore('entries').getAll());
        for (const { id, file } of rows) {
          if (file) sizes.set(id, file.size);
          keptBytes += file?.size ?? 0;
        }
        return rows.toSorted((a, b) => a.order - b.order).map(({ entry, file }) => ({ entry, file }));
      } catch {
        return [];
      }
    },
    async keep(additions) {
      const withBytes: string[] = [];
      const rows = additions.map(({ entry, file }): Row => {
        const fits = sizes.has(entry.id) || keptBytes + file.size <= mostBytes;
        if (fits) {
          if (!sizes.has(entry.id)) keptBytes += file.size;
          sizes.set(entry.id, file.size);
          withBytes.push(entry.id);
        }
        order += 1;
        return { order, id: entry.id, entry, file: fits ? file : null };
      });
      try {
        await write((store) => {
          for (const row of rows) store.put(row);
        });
        return withBytes;
      } catch {
        for (const id of withBytes) drop(id);
        return [];
      }
    },
    update(entry) {
      void write((rows) => {
        const found = rows.get(entry.id) as IDBRequest<Row | undefined>;
        found.onsuccess = () => found.result && rows.put({ ...found.result, entry });
      }).catch(() => {});
    },
    forget(ids) {
      for (const id of ids) drop(id);
      void write((rows) => {
        for (const id of ids) rows.delete(id);
      }).catch(() => {});
    },
  };
}

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore('entries', { keyPath: 'id' });
  return answered(request);
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The browser refused.'));
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('The browser refused.'));
  });
}
