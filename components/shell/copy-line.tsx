'use client';

import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import classes from './copy-line.module.css';
import { CheckIcon, CopyIcon } from './icons.tsx';

interface CopyLineProps {
  /** What it is, for the button and for a screen reader. */
  name: string;
  text: string;
}

/** A line to take along: a link, a key, a command. Where the browser will not copy, it can be selected whole. */
export function CopyLine({ name, text }: CopyLineProps) {
  const { copy, copied } = useClipboard();
  return (
    <div className={classes.line}>
      <input
        readOnly
        className={classes.text}
        aria-label={name}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button
        size="xs"
        variant="default"
        aria-label={copied ? 'Copied' : `Copy ${name.toLowerCase()}`}
        leftSection={copied ? <CheckIcon /> : <CopyIcon />}
        onClick={() => copy(text)}
      >
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}
