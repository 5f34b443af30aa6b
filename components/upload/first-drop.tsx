'use client';

import { ActionIcon, Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import Link from 'next/link';
import { useState } from 'react';
import { imagesPath } from '../api.ts';
import { CheckIcon, CopyIcon } from '../shell/icons.tsx';
import classes from './first-drop.module.css';
import { Pickers } from './pickers.tsx';
import { samplePictures } from './samples.ts';
import { useUploadQueue } from './use-uploads.ts';

/** What a person sees who has no picture yet: where to drop, what to try, and how a script does it. */
export function FirstDrop() {
  const queue = useUploadQueue();
  const [trying, setTrying] = useState<'no' | 'yes' | 'failed'>('no');

  const trySamples = async () => {
    setTrying('yes');
    try {
      queue?.add(await samplePictures());
    } catch {
      setTrying('failed');
    }
  };

  return (
    <section className={classes.zone} aria-labelledby="first-drop">
      <Stack />
      <h2 id="first-drop" className={classes.title}>
        Drop pictures here
      </h2>
      <p className={classes.words}>
        Files or whole folders. JPEG, PNG, WebP, GIF, AVIF and TIFF each become three sizes for the web.
      </p>
      <div className={classes.buttons}>
        <Pickers size="md" />
      </div>
      <Button variant="subtle" size="sm" loading={trying === 'yes'} disabled={!queue} onClick={() => void trySamples()}>
        Try with sample pictures
      </Button>
      {trying === 'failed' && <p role="alert">The sample pictures could not be loaded. Is the server running?</p>}
      <CurlLine />
    </section>
  );
}

function CurlLine() {
  const { copy, copied } = useClipboard();
  const origin = typeof location === 'undefined' ? '' : location.origin;
  const line = `curl -H 'Authorization: Bearer KEY' -F file=@picture.jpg ${origin}${imagesPath}`;
  return (
    <div className={classes.curl}>
      <span className={classes.curlWords}>
        From a script, with <Link href="/account">a key</Link>
      </span>
      <code suppressHydrationWarning>{line}</code>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={copied ? 'Copied' : 'Copy the command'}
        onClick={() => copy(line)}
      >
        {copied ? <CheckIcon /> : <CopyIcon />}
      </ActionIcon>
    </div>
  );
}

function Stack() {
  return (
    <div className={classes.stack} aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}
