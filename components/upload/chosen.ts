/** A file a person chose, with the folder it came in ('' for none). */
export interface Chosen {
  file: File;
  folder: string;
}

/** Files that systems leave in folders: nobody means to send these. */
export function isClutter(name: string): boolean {
  return name.startsWith('.') || /^(thumbs\.db|desktop\.ini|__macosx)$/i.test(name);
}

/** The files of a picker or of the clipboard. */
export function chosenFrom(files: Iterable<File>): Chosen[] {
  return [...files]
    .map((file) => ({ file, folder: file.webkitRelativePath.split('/').slice(0, -1).join('/') }))
    .filter(({ file, folder }) => !isClutter(file.name) && !folder.split('/').some(isClutter));
}

/** The files of a drop, those in its folders included. Must be called while the drop event is being handled. */
export async function droppedFiles(transfer: DataTransfer): Promise<Chosen[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry());
  if (entries.every((entry) => entry === null)) return chosenFrom(transfer.files);
  const chosen = await Promise.all(entries.map(async (entry) => (entry ? filesUnder(entry, '') : [])));
  return chosen.flat();
}

async function filesUnder(entry: FileSystemEntry, folder: string): Promise<Chosen[]> {
  if (isClutter(entry.name)) return [];
  if (entry.isFile) {
    const file = await new Promise<File | null>((resolve) => {
      (entry as FileSystemFileEntry).file(resolve, () => resolve(null));
    });
    return file ? [{ file, folder }] : [];
  }
  const inside = folder === '' ? entry.name : `${folder}/${entry.name}`;
  const chosen: Chosen[] = [];
  for (const child of await childrenOf(entry as FileSystemDirectoryEntry))
    chosen.push(...(await filesUnder(child, inside)));
  return chosen;
}

/** A directory gives its entries in portions, an empty one last. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (portion.length === 0) return children;
    children.push(...portion);
  }
}
