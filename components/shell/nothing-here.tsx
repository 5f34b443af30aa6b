import Link from 'next/link';
import classes from './message.module.css';

interface NothingHereProps {
  title: string;
  detail: string;
  heading?: 'h1' | 'h2';
}

/** The page for what does not exist. */
export function NothingHere({ title, detail, heading: Heading = 'h1' }: NothingHereProps) {
  return (
    <section className={classes.message}>
      <p className={classes.mark} aria-hidden="true">
        404
      </p>
      <Heading className={classes.title}>{title}</Heading>
      <p className={classes.detail}>{detail}</p>
      <p>
        <Link href="/" className={classes.link}>
          Go to the board
        </Link>
      </p>
    </section>
  );
}
