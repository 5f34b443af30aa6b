import type { Entry } from './entry.ts';
import { places } from './places.ts';

export interface KeptFile {
  entry: Entry;
  file: File | null;
}

/**
 * Entries and their bytes, kept by the browser so that a reload loses nothing. Bounded: beyond `mostBytes` an entry is
 * kept without its file. Where the browser keeps nothing (private windows, no room), all goes on without it. Pages that are
 * open side by side keep their own: an entry is never in two hands.
 */
export interface KeptFiles {
  /** Takes over what other pages left, in the order it was added: of those that are gone at once, of others when they go. */
  adopt(take: (kept: KeptFile[]) => void): Promise<void>;
  /** Resolves to the ids whose bytes will be there after a reload. */
  keep(additions: { entry: Entry; file: File }[]): Promise<string[]>;
  update(entry: Entry): void;
  forget(ids: string[]): void;
}

const mostBytes = 2 * 1024 ** 3;

interface Row {
  order: number;
  id: string;
  /** The page whose entry it is. */
  owner: string;
  entry: Entry;
  file: File | null;
}

/** What this person has left in this browser: a drawer for each, so that nobody sends what is another's. */
export function openKeptFiles(personId: string): KeptFiles {
  let opening: Promise<IDBDatabase> | null = null;
  const database = () => (opening ??= open(`darkroom-uploads-${personId}`));
  const page = crypto.randomUUID();
  holdWhileOpen(page);
  let keptBytes = 0;
  const sizes = new Map<string, number>();
  let order = Date.now();

  const write = async (change: (rows: IDBObjectStore) => void) => {
    const transaction = (await database()).transaction('entries', 'readwrite');
    change(transaction.objectStore('entries'));
    await finished(transaction);
  };
  const read = async () => answered<Row[]>((await database()).transaction('entries').objectStore('entries').getAll());
  /** One of several pages that want them gets them. */
  const claim = async (owner: string): Promise<KeptFile[]> => {
    let claimed: Row[] = [];
    await write((store) => {
      const found = store.getAll() as IDBRequest<Row[]>;
      found.onsuccess = () => {
        claimed = found.result.filter((row) => row.owner === owner).toSorted((a, b) => a.order - b.order);
        for (const row of claimed) store.put({ ...row, owner: page });
      };
    });
    for (const { id, file } of claimed) {
      if (!file) continue;
      sizes.set(id, file.size);
      keptBytes += file.size;
    }
    return claimed.map(({ entry, file }) => ({ entry: { ...entry, url: places.of(entry.id) ?? entry.url }, file }));
  };
  const drop = (id: string) => {
    keptBytes -= sizes.get(id) ?? 0;
    sizes.delete(id);
  };

  return {
    async adopt(take) {
      const rows = await read().catch((): Row[] => []);
      const others = new Set(rows.map(({ owner }) => owner));
      others.delete(page);
      for (const owner of others) void onceGone(owner, async () => take(await claim(owner))).catch(() => {});
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
        return { order, id: entry.id, owner: page, entry, file: fits ? file : null };
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
      if (entry.url) places.note(entry.id, entry.url);
      void write((rows) => {
        const found = rows.get(entry.id) as IDBRequest<Row | undefined>;
        found.onsuccess = () => found.result && rows.put({ ...found.result, entry });
      }).catch(() => {});
    },
    forget(ids) {
      for (const id of ids) drop(id);
      void write((rows) => {
        for (const id of ids) rows.delete(id);
      })
        .then(() => {
          for (const id of ids) places.forget(id);
        })
        .catch(() => {});
    },
  };
}

/** The browser drops the lock when the page is gone, however it went. */
function holdWhileOpen(page: string): void {
  void navigator.locks?.request(lockOf(page), () => new Promise(() => {}));
}

async function onceGone(page: string, act: () => Promise<void>): Promise<void> {
  await (navigator.locks ? navigator.locks.request(lockOf(page), act) : act());
}

function lockOf(page: string): string {
  return `darkroom-page-${page}`;
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
