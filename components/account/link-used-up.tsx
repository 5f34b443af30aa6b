import type { ReactNode } from 'react';
import classes from './entrance.module.css';

/** What a person sees whose link leads no further, and what they can do. */
export function LinkUsedUp({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={classes.head} role="alert">
      <h1>{title}</h1>
      <p>{children}</p>
    </div>
  );
}
