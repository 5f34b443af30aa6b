import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { deadLetterTopic } from '#core/broker/topics.ts';
import { toDeadLetter } from '#core/consumer/dead-letter.ts';
import type { ProcessingTask } from '#core/domain/events.ts';
import type { TaskStatus } from '#core/domain/task.ts';
import { readTask } from '../kills/outcome.ts';
import { program, type Program } from '../program.ts';
import { deadLettersOf, nothingUnread, redrive } from './dead-letters-api.ts';
import { openStranger, type Stranger } from './stranger.ts';
import { watchBoard } from './watched-board.ts';
import { ask, prepareDatabase } from '../admin.ts';

const waiting = { timeout: 30_000, interval: 50 };
const megabyte = 1 << 20;

/** What a stranger may put in the place of a task's work, and what is wrong with it. */
const poison: [string, (work: ProcessingTask) => unknown, RegExp][] = [
  ['broken JSON', () => Buffer.from('{"task_id":'), /not JSON/],
  [
    'JSON of another kind',
    ({ task_id, user_id }) => ({ task_id, user_id, colour: 'red' }),
    /^malformed_message: \w+: /,
  ],
  ['a version nobody knows', (work) => ({ ...work, version: 99 }), /version: /],
  ['no value', () => null, /no value/],
  ['a megabyte of junk', () => randomBytes(megabyte), /not JSON/],
];

/**
 * Server and worker as they are, on the broker of the settings, and a stranger who writes to it: whatever is written, it is
 * kept with its reason, the task that waits for it fails, and everything else goes on.
 */
export function poisonTests(name: string, settings: () => Record<string, string>): void {
  describe(`poison on ${name}`, () => {
    let environment: Record<string, string>;
    let server: Program;
    let worker: Program;
    let stranger: Stranger;

    beforeAll(async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-poison-'));
      environment = { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', ...settings() };
      await prepareDatabase(environment);
      server = program('server', environment, ['server/main.ts', '--no-pages']);
      worker = program('worker', environment);
      stranger = await openStranger(environment);
      await Promise.all([server.start(), worker.start()]);
    });

    afterAll(async () => {
      await Promise.all([server.stop(), worker.stop()]);
      await stranger[Symbol.asyncDispose]();
      await rm(environment.DATA_DIR ?? '', { recursive: true, force: true, maxRetries: 5 });
    });

    /** Resolves to the task once it is in that state. */
    const taskThatIs = (status: TaskStatus, { task_id }: ProcessingTask) =>
      vi.waitFor(async () => {
        const task = await readTask(server.url, task_id);
        if (task.status !== status) throw new Error(`The task is ${task.status}: ${task.error?.detail ?? ''}`);
        return task;
      }, waiting);

    /** Nothing waits, nobody died, and the worker is well. */
    const expectAllWell = async () => {
      await nothingUnread(server.url);
      expect([server.death, worker.death]).toEqual([null, null]);
      const ready = await fetch(`${worker.url}/readyz`);
      expect([ready.status, await ready.json()]).toEqual([200, expect.objectContaining({ ok: true })]);
    };

    test.each(poison)('%s is kept as it was, with its reason, and its task fails', async (_, make, error) => {
      const work = await stranger.acceptWithoutWork();
      await using board = await watchBoard(server.url);
      const value = make(work);
      await stranger.send(work.task_id, value);
      const failed = await taskThatIs('failed', work);
      expect(failed.error).toMatchObject({ code: 'dead_letter', detail: expect.stringMatching(/could not be read/) });
      const [letter] = await deadLettersOf(server.url, work.task_id, 1);
      const bytes = value instanceof Uint8Array ? value.length : value === null ? 0 : JSON.stringify(value).length;
      expect(letter).toMatchObject({ topic: stranger.services.topics.processing, key: work.task_id, bytes });
      expect(letter).toMatchObject({ status: 'open', reason: 'malformed', error: expect.stringMatching(error) });
      await expectAllWell();
      expect(board.stepsBack).toEqual([]);
      expect(board.task(work.task_id)).toMatchObject({ status: 'failed', error: { code: 'dead_letter' } });
    });

    test('work in somebody else’s name changes no board and no task, and what it led to is kept', async () => {
      const work = await stranger.acceptWithoutWork();
      await using board = await watchBoard(server.url);
      await stranger.send(work.task_id, { ...work, user_id: 'mallory', version: 99 });
      await stranger.send(work.task_id, { ...work, id: randomUUID(), user_id: 'mallory' });
      await vi.waitFor(async () => {
        const letters = await ask(`${server.url}/api/v1/dead-letters?reason=processing_failed`);
        const { items } = (await letters.json()) as { items: { task_id: string; error: string; value: string }[] };
        const forged = items.filter(({ task_id }) => task_id === work.task_id);
        expect(forged.length).toBeGreaterThan(0);
        for (const each of forged) expect(each.error).toMatch(/^forbidden: /);
        expect(forged.some(({ value }) => value.includes('"task.done"'))).toBe(true);
      }, waiting);
      await expectAllWell();
      expect((await readTask(server.url, work.task_id)).timeline).toHaveLength(1);
      expect(board.task(work.task_id)).toMatchObject({ status: 'queued', started_at: null });
      await stranger.send(work.task_id, work);
      await taskThatIs('done', work);
      await expectAllWell();
      expect(board.stepsBack).toEqual([]);
      expect(board.task(work.task_id)?.status).toBe('done');
    });

    test('a repeat of an old message changes nothing', async () => {
      const work = await stranger.acceptWithoutWork();
      await stranger.send(work.task_id, work);
      const done = await taskThatIs('done', work);
      await using board = await watchBoard(server.url);
      for (let times = 0; times < 3; times += 1) await stranger.send(work.task_id, work);
      await expectAllWell();
      expect(await readTask(server.url, work.task_id)).toEqual(done);
      expect(board.stepsBack).toEqual([]);
    });

    test('once the cause is mended, a redrive starts the next run, and it ends well', async () => {
      const work = await stranger.acceptWithoutWork();
      const { broker, topics } = stranger.services;
      const value = Buffer.from(JSON.stringify(work));
      const received = { key: work.task_id, value, headers: {}, topic: topics.processing, partition: 0, timestamp: 0 };
      const verdict = { reason: 'processing_failed', error: new TypeError('a defect'), attempts: 1 } as const;
      await using board = await watchBoard(server.url);
      const letter = toDeadLetter({ ...received, offset: 1_000_000 }, verdict, 'image-processing');
      await broker.publish(deadLetterTopic(topics.processing), [letter]);
      await taskThatIs('failed', work);
      const [dead] = await deadLettersOf(server.url, work.task_id, 1);
      if (!dead) throw new Error('There is no dead letter.');
      const tabs = await Promise.all(Array.from({ length: 20 }, () => redrive(server.url, dead)));
      expect(tabs.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(tabs.filter(({ code }) => code === 'conflict')).toHaveLength(19);
      expect(await taskThatIs('done', work)).toMatchObject({ run: 2, error: null });
      await expectAllWell();
      expect(board.stepsBack).toEqual([]);
      expect(board.task(work.task_id)).toMatchObject({ run: 2, status: 'done' });
      await deadLettersOf(server.url, work.task_id, 1);
    });

    test('a message that dies after every redrive is redriven three times and no more', async () => {
      const work = await stranger.acceptWithoutWork();
      await stranger.send(work.task_id, { ...work, version: 99 });
      for (let redrives = 0; redrives < 3; redrives += 1) {
        const [newest] = await deadLettersOf(server.url, work.task_id, redrives + 1);
        expect(newest).toMatchObject({ redrives, status: 'open' });
        if (newest) expect(await redrive(server.url, newest)).toEqual({ status: 200, code: null });
      }
      const letters = await deadLettersOf(server.url, work.task_id, 4);
      expect(new Set(letters.map(({ value }) => value)).size).toBe(1);
      const [last] = letters;
      if (last) expect(await redrive(server.url, last)).toEqual({ status: 409, code: 'redrive_limit' });
      await expectAllWell();
    });
  });
}
