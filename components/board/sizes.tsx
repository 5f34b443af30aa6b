import type { Task } from '../../core/domain/api.ts';
import { derivativeOf, expectedDerivatives } from '../task/figures.ts';
import classes from './sizes.module.css';

/** How many of its derivatives a picture has: one pip for each, the larger the size. */
export function Sizes({ task }: { task: Task }) {
  const names = expectedDerivatives(task);
  const ready = names.filter((name) => derivativeOf(task, name));
  // The smallest is made first.
  const next = task.status === 'running' ? names.findLast((name) => !ready.includes(name)) : undefined;
  const words = `${ready.length} of ${names.length} sizes ready`;
  return (
    <span className={classes.sizes} title={ready.length > 0 ? `${words}: ${ready.join(', ')}` : words}>
      <span className="hidden">{words}</span>
      {names.map((name, index) => (
        <i
          key={name}
          data-ready={ready.includes(name) || undefined}
          data-next={name === next || undefined}
          style={{ width: 26 - 7 * index }}
        />
      ))}
    </span>
  );
}
