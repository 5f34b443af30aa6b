'use client';

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { RetryIcon } from './icons.tsx';
import classes from './message.module.css';

interface BrokenProps {
  title: string;
  detail: string;
  onRetry: () => void;
  retrying?: boolean;
  children?: ReactNode;
}

/** What a person sees where something could not be shown: what happened, what it means, a way on. */
export function Broken({ title, detail, onRetry, retrying = false, children }: BrokenProps) {
  return (
    <section className={classes.message} role="alert">
      <h2 className={classes.title}>{title}</h2>
      <p className={classes.detail}>{detail}</p>
      {children && <p className={classes.detail}>{children}</p>}
      <Button variant="default" leftSection={<RetryIcon />} loading={retrying} onClick={onRetry}>
        Try again
      </Button>
    </section>
  );
}
