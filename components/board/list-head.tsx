import classes from './columns.module.css';

/** The names of the columns, for the eye: each row says them in words to a screen reader. */
export function ListHead() {
  return (
    <div className={classes.head} aria-hidden="true">
      <span className={classes.thumbnail} />
      <span className={classes.name}>Name</span>
      <span className={classes.state}>State</span>
      <span className={classes.sizes}>Sizes</span>
      <span className={classes.waited}>Waited</span>
      <span className={classes.took}>Took</span>
      <span className={classes.saved}>Saved</span>
      <span className={classes.worker}>Worker</span>
      <span className={classes.added}>Added</span>
    </div>
  );
}
