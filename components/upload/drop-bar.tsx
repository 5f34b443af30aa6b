import classes from './drop-bar.module.css';
import { Pickers } from './pickers.tsx';

/** The drop zone once there are rows: a bar that is always at hand. */
export function DropBar() {
  return (
    <section className={classes.bar} aria-label="Add pictures">
      <p className={classes.words}>Drop pictures or folders anywhere, or paste.</p>
      <div className={classes.buttons}>
        <Pickers />
      </div>
    </section>
  );
}
