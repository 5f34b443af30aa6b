import { chosenFrom, type Chosen } from './chosen.ts';

/** Inputs whose picker is open: no part of the page, so that a part that goes meanwhile does not take the choice along. */
const open = new Set<HTMLInputElement>();

/** Opens the system's picker, for files or for a whole folder; `take` gets what is chosen, if anything is. */
export function pick(kind: 'files' | 'folder', take: (chosen: Chosen[]) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.webkitdirectory = kind === 'folder';
  input.addEventListener('cancel', () => open.delete(input));
  input.addEventListener('change', () => {
    open.delete(input);
    const chosen = chosenFrom(input.files ?? []);
    if (chosen.length > 0) take(chosen);
  });
  open.add(input);
  input.click();
}
