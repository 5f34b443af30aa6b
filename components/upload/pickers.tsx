'use client';

import { Button } from '@mantine/core';
import { useRef, type ChangeEvent } from 'react';
import { FolderIcon, PictureIcon } from '../shell/icons.tsx';
import { chosenFrom } from './chosen.ts';
import { useUploadQueue } from './use-uploads.ts';

/** Makes a file input take a folder; React's types do not know the attribute. */
const directories = { webkitdirectory: '' };

/** The two buttons that open the system's pickers, for files and for a whole folder. */
export function Pickers({ size = 'xs' }: { size?: 'xs' | 'md' }) {
  const queue = useUploadQueue();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  const choose = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const chosen = chosenFrom(currentTarget.files ?? []);
    if (chosen.length > 0) queue?.add(chosen);
    // The same files may be chosen again.
    currentTarget.value = '';
  };

  return (
    <>
      <input ref={files} type="file" multiple hidden aria-label="Choose pictures" onChange={choose} />
      <input ref={folder} type="file" {...directories} hidden aria-label="Choose a folder" onChange={choose} />
      <Button size={size} leftSection={<PictureIcon />} disabled={!queue} onClick={() => files.current?.click()}>
        Choose pictures
      </Button>
      <Button
        size={size}
        variant="default"
        leftSection={<FolderIcon />}
        disabled={!queue}
        onClick={() => folder.current?.click()}
      >
        Choose a folder
      </Button>
    </>
  );
}
