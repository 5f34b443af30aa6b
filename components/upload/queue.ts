import type { Chosen } from './chosen.ts';
import { endedWith, entryFor, isSameFile, type Entry } from './entry.ts';
import type { KeptFiles } from './kept-files.ts';
import { nextSpeed, secondsLeft, totalsOf, type Speed, type Totals } from './totals.ts';
import type { StartTransfer, Transfer } from './transfer.ts';

/** What the page shows of the queue; a new object at most every `paintMs`, however many progress events there are. */
export interface QueueView {
  totals: Totals;
  secondsLeft: number | null;
  /** In the order they were dropped: all but the sent ones, which the board shows. */
  shown: readonly Entry[];
  /** False where leaving the page would lose files. */
  survivesReload: boolean;
}

export interface UploadQueue {
  add(chosen: readonly Chosen[]): void;
  /** Goes on with what pages that are gone have left. */
  restore(): Promise<void>;
  cancel(id: string): void;
  cancelAll(): void;
  retry(id: string): void;
  /** Sends again whatever stopped for want of a connection. */
  retryStopped(): void;
  /** Takes what was sent or refused off the list. */
  clearFinished(): void;
  view: () => QueueView;
  watch: (changed: () => void) => () => void;
  /** Stops sending and keeps everything for the next visit. */
  close(): void;
}

const paintMs = 100;
const side = 4;

export interface QueueParts {
  transfer: StartTransfer;
  kept: KeptFiles;
  now?: () => number;
}

/** Sends files a few at a time. Its state is the browser's own and no server state, so it lives outside the query cache. */
export function createUploadQueue({ transfer, kept, now = Date.now }: QueueParts): UploadQueue {
  const entries = new Map<string, Entry>();
  const files = new Map<string, File>();
  const transfers = new Map<string, Transfer>();
  const waiting: string[] = [];
  const surviving = new Set<string>();
  const watchers = new Set<() => void>();
  let speed: Speed | null = null;
  let view = look();
  let painting: ReturnType<typeof setTimeout> | null = null;

  function look(): QueueView {
    const totals = totalsOf(entries.values());
    speed = totals.open > 0 ? nextSpeed(speed, totals.sentBytes, now()) : null;
    const shown = [...entries.values()].filter(({ state }) => state !== 'sent');
    const survivesReload = shown.every(({ id, state }) => state === 'refused' || surviving.has(id));
    return { totals, secondsLeft: secondsLeft(speed, totals), shown, survivesReload };
  }

  function paint(): void {
    painting ??= setTimeout(() => {
      painting = null;
      view = look();
      for (const changed of watchers) changed();
    }, paintMs);
  }

  function put(entry: Entry, options: { keep: boolean }): void {
    entries.set(entry.id, entry);
    if (options.keep) kept.update(entry);
    paint();
  }

  function fill(): void {
    while (transfers.size < side) {
      const id = waiting.shift();
      if (id === undefined) return;
      const entry = entries.get(id);
      const file = files.get(id);
      if (entry?.state === 'waiting' && file) send(entry, file);
    }
  }

  function send(entry: Entry, file: File): void {
    const { id } = entry;
    const change = (changes: Partial<Entry>, options = { keep: false }) => {
      const present = entries.get(id);
      if (present && transfers.has(id)) put({ ...present, ...changes }, options);
    };
    const end = () => {
      transfers.delete(id);
      fill();
    };
    put({ ...entry, state: 'sending', problem: null }, { keep: false });
    transfers.set(
      id,
      transfer(entry, file, {
        placed: (url) => change({ url }, { keep: true }),
        progress: (sent) => change({ sent, problem: null }),
        delayed: ({ code, message }) => change({ problem: { code, detail: message } }),
        done(taskId) {
          change({ state: 'sent', sent: entry.bytes, taskId });
          files.delete(id);
          kept.forget([id]);
          end();
        },
        failed(error) {
          const present = entries.get(id);
          if (present && transfers.has(id)) put(endedWith(present, error), { keep: true });
          end();
        },
      }),
    );
  }

  function enqueue(id: string): void {
    const entry = entries.get(id);
    if (!entry || !files.has(id)) return;
    put({ ...entry, state: 'waiting', problem: null }, { keep: false });
    waiting.push(id);
    fill();
  }

  function remove(ids: string[], options: { discard: boolean }): void {
    for (const id of ids) {
      const running = transfers.get(id);
      transfers.delete(id);
      running?.stop(options);
      entries.delete(id);
      files.delete(id);
    }
    kept.forget(ids);
    fill();
    paint();
  }

  const idsOf = (...states: Entry['state'][]) =>
    [...entries.values()].filter(({ state }) => states.includes(state)).map(({ id }) => id);

  return {
    add(chosen) {
      // What an earlier drop has finished is not counted with this one.
      if (view.totals.open === 0) remove(idsOf('sent'), { discard: false });
      const batch = crypto.randomUUID();
      const missing = idsOf('missing').map((id) => entries.get(id) as Entry);
      const additions: { entry: Entry; file: File }[] = [];
      for (const { file, folder } of chosen) {
        const known = missing.findIndex((entry) => isSameFile(entry, file));
        const [entry = entryFor(file, folder, batch)] = known >= 0 ? missing.splice(known, 1) : [];
        entries.set(entry.id, { ...entry, state: 'waiting', problem: null });
        files.set(entry.id, file);
        waiting.push(entry.id);
        additions.push({ entry, file });
      }
      void kept.keep(additions).then((ids) => {
        for (const id of ids) surviving.add(id);
        paint();
      });
      fill();
      paint();
    },
    restore: () =>
      kept.adopt((left) => {
        for (const { entry, file } of left) {
          if (entries.has(entry.id)) continue;
          const refused = entry.state === 'refused';
          entries.set(entry.id, { ...entry, state: refused ? 'refused' : file ? 'waiting' : 'missing' });
          surviving.add(entry.id);
          if (!file) continue;
          files.set(entry.id, file);
          if (!refused) waiting.push(entry.id);
        }
        fill();
        paint();
      }),
    cancel: (id) => remove([id], { discard: true }),
    cancelAll: () => remove(idsOf('waiting', 'sending', 'stopped', 'missing'), { discard: true }),
    retry: enqueue,
    retryStopped: () => idsOf('stopped').forEach(enqueue),
    clearFinished: () => remove(idsOf('sent', 'refused'), { discard: false }),
    view: () => view,
    watch(changed) {
      watchers.add(changed);
      return () => void watchers.delete(changed);
    },
    close() {
      for (const running of transfers.values()) running.stop({ discard: false });
      transfers.clear();
      waiting.length = 0;
      if (painting) clearTimeout(painting);
      watchers.clear();
    },
  };
}
