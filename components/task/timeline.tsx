import { isTerminal } from '../../core/domain/fold.ts';
import type { TaskStatus } from '../../core/domain/task.ts';
import type { TaskWithTimeline, TimelineEntry } from '../../core/domain/api.ts';
import { moment } from '../shell/format.ts';
import { StateMark } from './state-mark.tsx';
import classes from './story.module.css';

/** What happened, oldest first. */
export function Timeline({ task }: { task: TaskWithTimeline }) {
  if (task.timeline.length === 0) return null;
  return (
    <section className={classes.section}>
      <h3>What happened</h3>
      <ol className={classes.timeline} aria-label="Timeline">
        {task.timeline.map((entry, index) => (
          <li key={entry.id}>
            <StateMark
              status={statusOf[entry.type]}
              isPast={index < task.timeline.length - 1 || isTerminal(task.status)}
            />
            <div>
              {told(entry)}
              {entry.error && entry.type !== 'task.cancelled' && <small>{entry.error.detail}</small>}
            </div>
            <time dateTime={entry.timestamp} title={moment(entry.timestamp)}>
              {new Date(entry.timestamp).toLocaleTimeString('en-GB')}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}

const statusOf: Record<TimelineEntry['type'], TaskStatus> = {
  'task.queued': 'queued',
  'task.started': 'running',
  'task.progressed': 'running',
  'task.retrying': 'retrying',
  'task.done': 'done',
  'task.failed': 'failed',
  'task.cancelled': 'cancelled',
  'task.deleted': 'cancelled',
};

/** One entry as a sentence. */
export function told({ type, run, attempt, worker, derivatives }: TimelineEntry): string {
  const by = worker ? ` by ${worker}` : '';
  switch (type) {
    case 'task.queued':
      return run === 1 ? 'Accepted; waits for a worker' : `Sent back to be developed again (run ${run})`;
    case 'task.started':
      return attempt > 1 ? `Started again${by}, attempt ${attempt}` : `Started${by}`;
    case 'task.progressed':
      return derivatives.length > 0 ? `Ready: ${derivatives.join(', ')}` : 'Read the picture';
    case 'task.retrying':
      return 'Did not work; will be tried again';
    case 'task.done':
      return 'Done';
    case 'task.failed':
      return 'Failed';
    case 'task.cancelled':
      return 'Cancelled';
    case 'task.deleted':
      return 'Deleted';
  }
}
