'use client';

import { Skeleton } from '@mantine/core';
import type { TaskWithTimeline } from '../../core/domain/api.ts';
import { RequestError } from '../api.ts';
import { Broken } from '../shell/broken.tsx';
import { NothingHere } from '../shell/nothing-here.tsx';
import { Actions } from './actions.tsx';
import { DerivativesTable } from './derivatives-table.tsx';
import { Outcome } from './outcome.tsx';
import { Original } from './original.tsx';
import { Preview } from './preview.tsx';
import { State } from './state-mark.tsx';
import classes from './story.module.css';
import { Timeline } from './timeline.tsx';
import { useTask } from './use-task.ts';

interface StoryProps {
  id: string;
  onDeleted: () => void;
}

/** Everything there is to say of one picture. */
export function Story({ id, onDeleted }: StoryProps) {
  const { data: task, error, isFetching, refetch } = useTask(id);
  if (error instanceof RequestError && (error.status === 404 || error.status === 400)) {
    return (
      <NothingHere
        heading="h2"
        title="There is no such picture"
        detail="It was deleted, or the address is not quite right."
      />
    );
  }
  if (task) return <Told task={task} onDeleted={onDeleted} />;
  if (!error) return <StorySkeleton />;
  return (
    <Broken
      title="The picture cannot be shown"
      detail={error.message}
      retrying={isFetching}
      onRetry={() => void refetch()}
    >
      Nothing is lost.
    </Broken>
  );
}

function Told({ task, onDeleted }: { task: TaskWithTimeline } & Omit<StoryProps, 'id'>) {
  return (
    <article className={classes.story} data-task-id={task.id} data-status={task.status}>
      <Preview task={task} />
      <div className={classes.told}>
        <header className={classes.head}>
          <h2 className={classes.title}>{task.filename}</h2>
          <output>
            <State status={task.status} />
          </output>
        </header>
        <Outcome task={task} />
        <Actions task={task} onDeleted={onDeleted} />
        <DerivativesTable task={task} />
        <Original task={task} />
        <Timeline task={task} />
      </div>
    </article>
  );
}

function StorySkeleton() {
  return (
    <section className={classes.story} aria-busy="true" aria-label="Loading the picture">
      <Skeleton height={260} radius={0} />
      <div className={classes.told}>
        <Skeleton width="60%" height={20} />
        <Skeleton width="30%" height={14} />
        <Skeleton height={120} />
      </div>
    </section>
  );
}
