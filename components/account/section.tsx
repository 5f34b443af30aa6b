import { useId, type ReactNode } from 'react';
import classes from './account.module.css';

interface SectionProps {
  title: string;
  about: ReactNode;
  children: ReactNode;
}

/** A part of the account: on a wide screen what it is stands beside it. */
export function Section({ title, about, children }: SectionProps) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.about}>
        <h2 id={id}>{title}</h2>
        <p>{about}</p>
      </div>
      <div className={classes.sheet}>{children}</div>
    </section>
  );
}
