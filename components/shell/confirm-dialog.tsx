'use client';

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './confirm-dialog.module.css';
import { Dialog } from './dialog.tsx';

interface ConfirmDialogProps {
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** The words on the two buttons. */
  keep: string;
  act: string;
  /** Nothing is taken away: no red button. */
  isHarmless?: boolean;
  isActing: boolean;
  /** Why it was refused. */
  refused?: string | undefined;
  onAct: () => void;
  onClose: () => void;
}

/** Asks before what cannot simply be taken back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, keep, act, isHarmless = false, isActing, refused, onAct, onClose } = props;
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={classes.words}>{children}</div>
      {refused !== undefined && (
        <p role="alert" className={classes.refused}>
          {refused}
        </p>
      )}
      <div className={classes.buttons}>
        <Button variant="default" data-autofocus onClick={onClose}>
          {keep}
        </Button>
        <Button className={isHarmless ? undefined : classes.act} loading={isActing} onClick={onAct}>
          {act}
        </Button>
      </div>
    </Dialog>
  );
}
