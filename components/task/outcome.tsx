import type { Task } from '../../core/domain/api.ts';
import { adviceFor } from './advice.ts';
import classes from './story.module.css';

/** What went wrong, what that means and what one can do; or what to look at in a picture that is done. */
export function Outcome({ task }: { task: Task }) {
  if (task.error && task.status !== 'cancelled') {
    return (
      <section className={`${classes.box} ${classes.failed}`}>
        <h3>{task.status === 'failed' ? 'It could not be developed' : 'The last try did not work'}</h3>
        <p>{task.error.detail}</p>
        <p>{task.status === 'failed' ? adviceFor(task.error.code) : 'It is tried again by itself.'}</p>
        <p className={classes.code}>
          {task.error.code} · {task.attempts} {task.attempts === 1 ? 'attempt' : 'attempts'}
        </p>
      </section>
    );
  }
  if (task.warnings.length === 0) return null;
  return (
    <section className={`${classes.box} ${classes.warning}`}>
      <h3>Done, but look at it</h3>
      {task.warnings.map((warning) => (
        <p key={warning}>{warning}</p>
      ))}
    </section>
  );
}
