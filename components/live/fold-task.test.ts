import { expect, test } from 'vitest';
import type { TaskWithTimeline } from '../../core/domain/api.ts';
import { foldStory, foldTask, taskOf } from './fold-task.ts';
import { queued, task, update } from './testing/updates.ts';

const story: TaskWithTimeline = { ...task('a'), timeline: [] };

test('a new run keeps the facts of the task', () => {
  const after = foldTask(task('a', 0, { status: 'failed' }), update('a', 'queued', 5, { run: 2, attempt: 0 }));
  expect(after).toMatchObject({ run: 2, status: 'queued', filename: 'a.jpg', error: null });
});

test('a story is told on, and nothing in it twice', () => {
  const once = foldStory(story, update('a', 'running', 1));
  const twice = foldStory(once, update('a', 'running', 1));
  expect(twice.timeline.map(({ type }) => type)).toEqual(['task.started']);
  expect(twice.status).toBe('running');
});

test('a story does not listen to other tasks', () => {
  expect(foldStory(story, update('b', 'running', 1))).toBe(story);
});

test('the first update of a task describes it whole; later ones do not', () => {
  expect(taskOf(queued('a', 0))).toEqual(task('a', 0));
  expect(taskOf(update('a', 'done', 2))).toBeNull();
});

test('what is said in the name of somebody who is not the owner changes neither a task nor its story', () => {
  const forged = { ...update('a', 'done', 1), user_id: 'mallory' };
  expect(foldTask(story, forged)).toBe(story);
  expect(foldStory(story, forged)).toBe(story);
});
