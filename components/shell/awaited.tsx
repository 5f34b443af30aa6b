'use client';

import { Button, Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import classes from './awaited.module.css';

interface AwaitedProps<T> {
  query: UseQueryResult<T>;
  /** What is read: "your sessions". */
  name: string;
  children: (data: T) => ReactNode;
}

/** A part of a page that is read on its own: loading, failing, there. */
export function Awaited<T>({ query, name, children }: AwaitedProps<T>) {
  const { data, error, isFetching, refetch } = query;
  if (data !== undefined) return children(data);
  if (!error) {
    return (
      <section className={classes.loading} aria-busy="true" aria-label={`Loading ${name}`}>
        <Skeleton height={14} width="55%" />
        <Skeleton height={14} width="35%" />
      </section>
    );
  }
  return (
    <div role="alert" className={classes.failed}>
      <p>
        Could not read {name}. {error.message}
      </p>
      <Button size="xs" variant="default" loading={isFetching} onClick={() => void refetch()}>
        Try again
      </Button>
    </div>
  );
}
