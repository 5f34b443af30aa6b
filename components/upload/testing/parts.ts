import type { Entry } from '../entry.ts';
import type { KeptFiles } from '../kept-files.ts';
import type { StartTransfer, TransferEvents } from '../transfer.ts';

/** Transfers that do what the test says. */
export function handTransfers() {
  const started: { entry: Entry; events: TransferEvents; stopped: { discard: boolean } | null }[] = [];
  const transfer: StartTransfer = (entry, _file, events) => {
    const one: (typeof started)[number] = { entry, events, stopped: null };
    started.push(one);
    return { stop: (options) => void (one.stopped = options) };
  };
  return { started, transfer };
}

/** What the browser keeps, in memory: it outlives a queue as the browser's outlives a page. */
export function memoryKept({ withBytes = true } = {}): KeptFiles & {
  rows: Map<string, { entry: Entry; file: File | null }>;
} {
  const rows = new Map<string, { entry: Entry; file: File | null }>();
  return {
    rows,
    adopt: async (take) => take([...rows.values()]),
    async keep(additions) {
      for (const { entry, file } of additions) rows.set(entry.id, { entry, file: withBytes ? file : null });
      return withBytes ? additions.map(({ entry }) => entry.id) : [];
    },
    update(entry) {
      const row = rows.get(entry.id);
      if (row) rows.set(entry.id, { ...row, entry });
    },
    forget(ids) {
      for (const id of ids) rows.delete(id);
    },
  };
}

/** A chosen file. */
export function chosen(name: string, bytes = 10) {
  return { file: new File([new Uint8Array(bytes)], name, { lastModified: 1 }), folder: '' };
}
