'use client';

import { Button } from '@mantine/core';
import { Dialog } from '../shell/dialog.tsx';
import classes from './delete-dialog.module.css';

interface DeleteDialogProps {
  filename: string;
  isDeleting: boolean;
  onDelete: () => void;
  onClose: () => void;
}

/** Deleting cannot be undone, so it asks. */
export function DeleteDialog({ filename, isDeleting, onDelete, onClose }: DeleteDialogProps) {
  return (
    <Dialog title="Delete this picture?" onClose={onClose}>
      <p>
        <strong className={classes.name}>{filename}</strong> and every size made from it will be gone. This cannot be
        undone.
      </p>
      <div className={classes.buttons}>
        <Button variant="default" data-autofocus onClick={onClose}>
          Keep it
        </Button>
        <Button className={classes.delete} loading={isDeleting} onClick={onDelete}>
          Delete
        </Button>
      </div>
    </Dialog>
  );
}
