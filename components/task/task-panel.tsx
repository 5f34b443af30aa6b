'use client';

import { ActionIcon } from '@mantine/core';
import Link from 'next/link';
import { useEffect, useRef } from 'react';
import { CloseIcon, ExpandIcon } from '../shell/icons.tsx';
import { Story } from './story.tsx';
import classes from './task-panel.module.css';

/** A picture's story beside the list. Esc closes it and gives the focus back to where it was. */
export function TaskPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside ref={panel} tabIndex={-1} className={classes.panel} aria-label="Picture">
      <div className={classes.bar}>
        <ActionIcon
          variant="subtle"
          color="gray"
          component={Link}
          href={`/tasks/${id}`}
          aria-label="Open on its own page"
        >
          <ExpandIcon />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" aria-label="Close the panel" onClick={onClose}>
          <CloseIcon />
        </ActionIcon>
      </div>
      <Story id={id} onDeleted={onClose} />
    </aside>
  );
}
