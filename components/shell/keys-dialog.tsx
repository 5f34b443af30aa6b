'use client';

import { Kbd } from '@mantine/core';
import { Dialog } from './dialog.tsx';
import classes from './keys-dialog.module.css';

const shortcuts: [string[], string][] = [
  [['/'], 'Search by name'],
  [['j', '↓'], 'Next picture'],
  [['k', '↑'], 'Previous picture'],
  [['Enter'], 'Open the picture'],
  [['Esc'], 'Close what is open'],
  [['g', 'b'], 'Go to the board'],
  [['g', 'o'], 'Go to the overview'],
  [['?'], 'Show this list'],
];

/** The keyboard shortcuts. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className={classes.keys}>
        {shortcuts.map(([keys, meaning]) => (
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
