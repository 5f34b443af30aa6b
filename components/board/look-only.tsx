import drop from '../upload/drop-bar.module.css';
import classes from './board-list.module.css';

/** What stands where others drop pictures, for who may look only. */
export function LookOnly({ isEmpty }: { isEmpty: boolean }) {
  if (!isEmpty)
    return (
      <p className={`${drop.bar} ${drop.words} ${drop.still}`}>
        You may look here. Sending and changing pictures is for uploaders.
      </p>
    );
  return (
    <section className={`${classes.list} ${classes.noMatch}`}>
      <h2>There is nothing to look at yet</h2>
      <p>
        You may look here, and nobody has given you a picture. To send some yourself, ask an admin to make you an
        uploader.
      </p>
    </section>
  );
}
