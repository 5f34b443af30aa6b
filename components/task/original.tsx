'use client';

import type { ReactNode } from 'react';
import type { Task } from '../../core/domain/api.ts';
import { originalUrl } from '../../core/domain/urls.ts';
import { useMe } from '../account/me.tsx';
import { bytes, count, moment } from '../shell/format.ts';
import classes from './story.module.css';

/** What was uploaded. */
export function Original({ task }: { task: Task }) {
  const { metadata } = task;
  const me = useMe();
  const facts: [string, ReactNode][] = [
    ['Format', task.format.toUpperCase()],
    ['Pixels', `${count(task.width)} × ${count(task.height)}`],
    ['Size', bytes(task.bytes)],
    ['Frames', metadata?.frames && metadata.frames > 1 ? count(metadata.frames) : null],
    ['Colour space', metadata?.color_space === 'srgb' ? 'sRGB' : metadata?.color_space],
    ['Camera', metadata?.camera],
    ['Taken', metadata?.captured_at && capturedAt(metadata.captured_at)],
    [
      'Added',
      <time key="added" dateTime={task.created_at}>
        {moment(task.created_at)}
      </time>,
    ],
    ['Added by', task.user_id === me.id ? 'You' : `Somebody else (${task.user_id})`],
    ['Developed by', task.worker],
    [
      'File',
      <a key="file" className={classes.link} href={originalUrl(task.image_id)} target="_blank" rel="noreferrer">
        Download the original
      </a>,
    ],
  ];
  return (
    <section className={classes.section}>
      <h3>Original</h3>
      <dl className={classes.facts}>
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

/** The camera's local time, with no time zone to convert from. */
function capturedAt(text: string): string {
  const at = new Date(text.replace(/Z$/, ''));
  return Number.isNaN(at.getTime()) ? text : at.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
