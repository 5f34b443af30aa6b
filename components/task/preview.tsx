import type { Task } from '../../core/domain/api.ts';
import { Picture } from './picture.tsx';
import classes from './story.module.css';

/** The picture itself: its largest derivative, the ThumbHash until that is there. */
export function Preview({ task }: { task: Task }) {
  const [largest] = task.derivatives;
  if (!largest && !task.placeholder) {
    return (
      <div className={classes.preview}>
        <p>{task.status === 'failed' ? 'There is no preview.' : 'The preview appears once it is developed.'}</p>
      </div>
    );
  }
  const width = largest?.width ?? task.width;
  const height = largest?.height ?? task.height;
  return (
    <div className={classes.preview}>
      <span className={classes.frame} style={{ aspectRatio: `${width} / ${height}` }}>
        <Picture
          src={largest?.url ?? null}
          placeholder={task.placeholder}
          alt={`Preview of ${task.filename}`}
          width={width}
          height={height}
          fit="contain"
        />
      </span>
    </div>
  );
}
