'use client';

import { ConfirmDialog } from '../shell/confirm-dialog.tsx';

interface DeleteDialogProps {
  filename: string;
  isDeleting: boolean;
  onDelete: () => void;
  onClose: () => void;
}

/** Deleting cannot be undone, so it asks. */
export function DeleteDialog({ filename, isDeleting, onDelete, onClose }: DeleteDialogProps) {
  return (
    <ConfirmDialog
      title="Delete this picture?"
      keep="Keep it"
      act="Delete"
      isActing={isDeleting}
      onAct={onDelete}
      onClose={onClose}
    >
      <p>
        <strong>{filename}</strong> and every size made from it will be gone. This cannot be undone.
      </p>
    </ConfirmDialog>
  );
}
