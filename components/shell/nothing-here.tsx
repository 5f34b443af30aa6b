import Link from 'next/link';
import classes from './message.module.css';

/** The page for what does not exist. */
export function NothingHere({ title, detail }: { title: string; detail: string }) {
  return (
    <section className={classes.message}>
      <p className={classes.mark} aria-hidden="true">
        404
      </p>
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
