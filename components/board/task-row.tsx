'use client';

import Link from 'next/link';
import { memo, type MouseEvent, type ReactNode } from 'react';
import type { Task } from '../../core/domain/api.ts';
import { useMe } from '../account/me.tsx';
import { Ago, Elapsed } from '../shell/elapsed.tsx';
import { bytes, count } from '../shell/format.ts';
import { derivativeOf, runOf, savedBytes, waitOf } from '../task/figures.ts';
import { Picture } from '../task/picture.tsx';
import { State, stateWords } from '../task/state-mark.tsx';
import classes from './columns.module.css';
import { go } from './go.ts';
import { Sizes } from './sizes.tsx';

interface TaskRowProps {
  task: Task;
  index: number;
  /** Of rows in all; -1 while more may follow. */
  total: number;
  top: number;
  height: number;
  /** The board with this task's panel open. */
  href: string;
  isSelected: boolean;
  isOutdated: boolean;
}

/** Windows this wide show the panel beside the list; narrower ones open the picture's own page. */
const beside = '(min-width: 1000px)';

/** One picture. */
export const TaskRow = memo(function TaskRow({
  task,
  index,
  total,
  top,
  height,
  href,
  isSelected,
  isOutdated,
}: TaskRowProps) {
  const wait = waitOf(task);
  const run = runOf(task);
  const saved = savedBytes(task);
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0 || !matchMedia(beside).matches) return;
    event.preventDefault();
    go(href);
  };
  return (
    <li
      className={classes.row}
      style={{ height, transform: `translateY(${top}px)` }}
      aria-label={`${task.filename}, ${stateWords[task.status]}`}
      aria-setsize={total}
      aria-posinset={index + 1}
      data-index={index}
      data-task-id={task.id}
      data-status={task.status}
      data-selected={isSelected || undefined}
      data-outdated={isOutdated || undefined}
    >
      <span className={classes.thumbnail}>
        <Picture
          src={derivativeOf(task, 'small')?.url ?? null}
          placeholder={task.placeholder}
          alt=""
          width={44}
          height={44}
          fit="cover"
        />
      </span>
      <span className={classes.name}>
        <Link
          className={classes.open}
          href={`/tasks/${task.id}`}
          prefetch={false}
          aria-current={isSelected || undefined}
          title={task.filename}
          onClick={open}
        >
          {task.filename}
        </Link>
        <Facts task={task} />
      </span>
      <span className={classes.state}>
        <State status={task.status} />
      </span>
      <span className={classes.sizes}>
        <Sizes task={task} />
      </span>
      <span className={classes.waited}>{wait && <Named name="Waited" value={<Elapsed {...wait} />} />}</span>
      <span className={classes.took}>{run && <Named name="Took" value={<Elapsed {...run} />} />}</span>
      <span className={classes.saved} title={saved?.title}>
        {saved && <Named name="Saved" value={saved.percent} />}
      </span>
      <span className={classes.worker} title={task.worker ?? undefined}>
        {task.worker && <Named name="Worker" value={task.worker} />}
      </span>
      <span className={classes.added}>
        <Named name="Added" value={<Ago at={task.created_at} />} />
      </span>
    </li>
  );
});

/** What stands under the name: what went wrong, or what the file is. */
function Facts({ task }: { task: Task }) {
  const isMine = task.user_id === useMe().id;
  if (task.error && task.status !== 'cancelled') {
    return <span className={`${classes.facts} ${classes.cause}`}>{task.error.detail}</span>;
  }
  const [warning] = task.warnings;
  if (warning) return <span className={`${classes.facts} ${classes.warning}`}>{warning}</span>;
  return (
    <span className={classes.facts}>
      {count(task.width)} × {count(task.height)} · {task.format.toUpperCase()} · {bytes(task.bytes)}
      {!isMine && <span title="Somebody else added it"> · not yours</span>}
    </span>
  );
}

function Named({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <span className="hidden">{name} </span>
      {value}
    </>
  );
}
