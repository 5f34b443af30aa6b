'use client';

import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Task } from '../../core/domain/api.ts';
import { isTerminal } from '../../core/domain/fold.ts';
import { useMay } from '../account/me.tsx';
import { cancelTask, deleteImage, retryTask } from '../api.ts';
import { CheckIcon, CloseIcon, LinkIcon, RetryIcon, TrashIcon } from '../shell/icons.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import classes from './story.module.css';

/** What can be done with a picture. The row changes when the log says so, not when the button was pressed. */
export function Actions({ task, onDeleted }: { task: Task; onDeleted: () => void }) {
  const [deleting, setDeleting] = useState(false);
  const { copy, copied } = useClipboard();
  const mayChange = useMay('upload');
  const retry = useMutation({ mutationFn: () => retryTask(task.id) });
  const cancel = useMutation({ mutationFn: () => cancelTask(task.id) });
  const remove = useMutation({
    mutationFn: () => deleteImage(task.image_id),
    onSuccess: onDeleted,
    onError: () => setDeleting(false),
  });

  const refused = [retry, cancel, remove].find(({ isError }) => isError);

  return (
    <div className={classes.actions}>
      {mayChange && (task.status === 'failed' || task.status === 'cancelled') && (
        <Button size="xs" leftSection={<RetryIcon />} loading={retry.isPending} onClick={() => retry.mutate()}>
          Retry
        </Button>
      )}
      {mayChange && !isTerminal(task.status) && (
        <Button
          size="xs"
          variant="default"
          leftSection={<CloseIcon />}
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          Cancel
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        leftSection={copied ? <CheckIcon /> : <LinkIcon />}
        onClick={() => copy(`${location.origin}/tasks/${task.id}`)}
      >
        {copied ? 'Copied' : 'Copy link'}
      </Button>
      {mayChange ? (
        <Button size="xs" variant="default" leftSection={<TrashIcon />} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      ) : (
        <p className={classes.lookOnly}>You may look; to retry, cancel or delete is for uploaders.</p>
      )}
      {refused && (
        <p role="alert" className={classes.refused}>
          That did not work: {refused.error?.message}
        </p>
      )}
      {deleting && (
        <DeleteDialog
          filename={task.filename}
          isDeleting={remove.isPending}
          onDelete={() => remove.mutate()}
          onClose={() => setDeleting(false)}
        />
      )}
    </div>
  );
}
