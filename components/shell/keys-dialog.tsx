'use client';

import { Kbd } from '@mantine/core';
import { useMe } from '../account/me.tsx';
import { Dialog } from './dialog.tsx';
import classes from './keys-dialog.module.css';
import { pagesFor } from './pages.ts';

type Shortcut = [keys: string[], meaning: string];

const shortcuts: Shortcut[] = [
  [['/'], 'Search by name'],
  [['j', '↓'], 'Next picture'],
  [['k', '↑'], 'Previous picture'],
  [['Enter'], 'Open the picture'],
  [['Esc'], 'Close what is open'],
];

/** The keyboard shortcuts. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const pages = pagesFor(useMe().abilities).map(({ key, words }): Shortcut => [['g', key], words]);
  const all: Shortcut[] = [...shortcuts, ...pages, [['?'], 'Show this list']];
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className={classes.keys}>
        {all.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
