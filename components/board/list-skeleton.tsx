import { Skeleton } from '@mantine/core';
import classes from './board-list.module.css';
import { ListHead } from './list-head.tsx';

/** The list before its first rows are there. */
export function ListSkeleton() {
  return (
    <section className={classes.list} aria-busy="true" aria-label="Loading the pictures">
      <ListHead />
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className={classes.skeletonRow}>
          <Skeleton width={44} height={44} radius={6} />
          <Skeleton width={`${24 + ((index * 7) % 18)}%`} height={12} />
          <Skeleton width={72} height={12} ml="auto" />
          <Skeleton width={56} height={12} />
        </div>
      ))}
    </section>
  );
}
