import { ActionIcon } from '@mantine/core';
import type { Task } from '../../core/domain/api.ts';
import { bytes, count } from '../shell/format.ts';
import { DownloadIcon } from '../shell/icons.tsx';
import { derivativeOf, expectedDerivatives, savedBytes } from './figures.ts';
import classes from './story.module.css';

/** The sizes made from the picture; those still to come keep their place. */
export function DerivativesTable({ task }: { task: Task }) {
  const saved = savedBytes(task);
  return (
    <section className={classes.section}>
      <h3 id="sizes">Sizes</h3>
      <table className={classes.table} aria-labelledby="sizes">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className={classes.number}>
              Pixels
            </th>
            <th scope="col" className={classes.number}>
              Size
            </th>
            <th scope="col">
              <span className="hidden">Download</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {expectedDerivatives(task).map((name) => (
            <DerivativeRow key={name} task={task} name={name} />
          ))}
        </tbody>
      </table>
      {saved && <p className={classes.pending}>{saved.title}</p>}
    </section>
  );
}

function DerivativeRow({ task, name }: { task: Task; name: string }) {
  const derivative = derivativeOf(task, name);
  if (!derivative) {
    return (
      <tr>
        <th scope="row">{name}</th>
        <td colSpan={3} className={classes.pending}>
          {task.status === 'failed' || task.status === 'cancelled' ? 'not made' : 'to come'}
        </td>
      </tr>
    );
  }
  const file = `${task.filename.replace(/\.[^.]+$/, '')}-${name}.${derivative.format}`;
  return (
    <tr>
      <th scope="row">
        <a className={classes.link} href={derivative.url} target="_blank" rel="noreferrer">
          {name}
        </a>
      </th>
      <td className={classes.number}>
        {count(derivative.width)} × {count(derivative.height)}
      </td>
      <td className={classes.number}>{bytes(derivative.bytes)}</td>
      <td>
        <ActionIcon
          component="a"
          variant="subtle"
          color="gray"
          href={derivative.url}
          download={file}
          aria-label={`Download ${name}`}
        >
          <DownloadIcon />
        </ActionIcon>
      </td>
    </tr>
  );
}
