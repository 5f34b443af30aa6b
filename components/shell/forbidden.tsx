import Link from 'next/link';
import classes from './message.module.css';

interface ForbiddenProps {
  title: string;
  detail: string;
}

/** The page for what is there, but not for this person. */
export function Forbidden({ title, detail }: ForbiddenProps) {
  return (
    <section className={classes.message}>
      <p className={classes.mark}>403 Forbidden</p>
      <h1 className={classes.title}>{title}</h1>
      <p className={classes.detail}>{detail}</p>
      <p>
        <Link href="/" className={classes.link}>
          Go to the board
        </Link>
      </p>
    </section>
  );
}
