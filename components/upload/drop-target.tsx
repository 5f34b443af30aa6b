'use client';

import { useEffect, useState } from 'react';
import { chosenFrom, droppedFiles } from './chosen.ts';
import classes from './drop-target.module.css';
import { useUploadQueue } from './use-uploads.ts';

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

/** Makes the whole page take drops and pasted pictures. */
export function DropTarget() {
  const queue = useUploadQueue();
  const [over, setOver] = useState(false);

  useEffect(() => {
    if (!queue) return;
    let depth = 0;
    const listening = new AbortController();
    const { signal } = listening;
    const leave = () => {
      depth = 0;
      setOver(false);
    };
    const on = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', handle: (event: DragEvent) => void) =>
      window.addEventListener(type, (event) => carriesFiles(event) && handle(event), { signal });
    on('dragenter', (event) => {
      event.preventDefault();
      depth += 1;
      setOver(true);
    });
    on('dragover', (event) => event.preventDefault());
    on('dragleave', () => {
      depth -= 1;
      if (depth <= 0) leave();
    });
    on('drop', (event) => {
      event.preventDefault();
      leave();
      if (event.dataTransfer)
        void droppedFiles(event.dataTransfer).then((chosen) => chosen.length > 0 && queue.add(chosen));
    });
    const paste = ({ clipboardData }: ClipboardEvent) => {
      const chosen = chosenFrom(clipboardData?.files ?? []);
      if (chosen.length > 0) queue.add(chosen);
    };
    window.addEventListener('paste', paste, { signal });
    return () => listening.abort();
  }, [queue]);

  if (!over) return null;
  return (
    <div className={classes.veil} aria-hidden="true">
      <p className={classes.word}>Drop to develop</p>
    </div>
  );
}
