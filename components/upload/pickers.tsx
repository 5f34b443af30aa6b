'use client';

import { Button } from '@mantine/core';
import { FolderIcon, PictureIcon } from '../shell/icons.tsx';
import { pick } from './pick.ts';
import { useUploadQueue } from './use-uploads.ts';

/** The two buttons that open the system's pickers, for files and for a whole folder. */
export function Pickers({ size = 'xs' }: { size?: 'xs' | 'md' }) {
  const queue = useUploadQueue();
  const choose = (kind: 'files' | 'folder') => pick(kind, (chosen) => queue?.add(chosen));
  return (
    <>
      <Button size={size} leftSection={<PictureIcon />} disabled={!queue} onClick={() => choose('files')}>
        Choose pictures
      </Button>
      <Button
        size={size}
        variant="default"
        leftSection={<FolderIcon />}
        disabled={!queue}
        onClick={() => choose('folder')}
      >
        Choose a folder
      </Button>
    </>
  );
}
