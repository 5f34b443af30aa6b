import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fixture, writePicture } from '../pictures.ts';
import { sendForm } from './form.ts';
import { ask, bodyOf, outcomeOf, send, type Act, type Ask, type Case } from './request.ts';
import { developed, sendPicture, type Rig } from './rig.ts';
import { begin } from './tus.ts';

const picture = readFileSync(fixture('plain.jpg'));
/** The same picture in other bytes. */
const another = (): Buffer => Buffer.concat([picture, randomBytes(16)]);
const bytes = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };

/** Asks all of this at once and counts the answers. */
export async function together(rig: Rig, asks: Ask[]): Promise<string> {
  const answers = await Promise.all(asks.map((each) => send(rig, each)));
  const counts = new Map<string, number>();
  for (const [answer] of answers) {
    const outcome = outcomeOf(rig, answer);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return Array.from(counts, ([outcome, count]) => `${count} × ${outcome}`)
    .toSorted()
    .join(', ');
}

/** What must happen once, however many ask for it at one moment. */
export const races: Case[] = [
  [
    '50 forms at one place that is left',
    (rig) =>
      together(
        rig,
        Array.from({ length: 50 }, () => sendForm(another(), { as: 'crowded' })),
      ),
    '1 × 202, 49 × 403 quota_exceeded',
  ],
  ['20 resumable uploads at one place that is left', byTus(20), '1 × 204, 19 × 403 quota_exceeded'],
  ['20 tabs that press retry', retries(20), '1 × 202, 19 × 409 conflict, run 2 is done'],
  ['one Idempotency-Key 20 times', sameKey(20), '20 × 202, one task'],
  ['one Idempotency-Key for 20 bodies', otherBodies(20), '1 × 202, 19 × 409 idempotency_mismatch'],
  ['ten who delete one image', deletions(10), 'gone'],
  ['deleting while 20 download', downloads(20), 'whole or not there'],
  ['one upload by two at once', twoAtOnce(), 'once'],
];

function byTus(count: number): Act {
  return async (rig) => {
    const headers = { 'content-type': 'application/json' };
    const path = '/api/v1/people/crowded';
    await ask(rig, { as: 'admin', method: 'PATCH', path, headers, body: '{"quota_images":2}' });
    const all = await Promise.all(
      Array.from({ length: count }, async (): Promise<Ask> => {
        const body = another();
        return { as: 'crowded', method: 'PATCH', path: await begin(rig, body.length, 'crowded'), headers: bytes, body };
      }),
    );
    return together(rig, all);
  };
}

/** A picture that takes a while is cancelled, so that it can be tried again. */
function retries(count: number): Act {
  return async (rig) => {
    const path = await writePicture(join(rig.dataDir, 'large.png'), { width: 2400, height: 1800 });
    const sent = await ask(rig, sendForm(await readFile(path)));
    const task = bodyOf<{ images: { task_id: string }[] }>(sent).images[0]?.task_id ?? '';
    await ask(rig, { as: 'uploader', method: 'POST', path: `/api/v1/tasks/${task}/cancel` });
    const before = await developed(rig, task);
    if (!before.startsWith('cancelled')) return before;
    const retry: Ask = { as: 'uploader', method: 'POST', path: `/api/v1/tasks/${task}/retry` };
    const outcome = await together(rig, Array<Ask>(count).fill(retry));
    const after = await developed(rig, task);
    const { run } = bodyOf<{ run: number }>(await ask(rig, { as: 'uploader', path: `/api/v1/tasks/${task}` }));
    return `${outcome}, run ${run} is ${after}`;
  };
}

function sameKey(count: number): Act {
  return async (rig) => {
    const before = rig.promised.size;
    const form = sendForm(another(), { headers: { 'idempotency-key': 'planted' } });
    const outcome = await together(rig, Array<Ask>(count).fill(form));
    return `${outcome}, ${rig.promised.size === before + 1 ? 'one task' : `${rig.promised.size - before} tasks`}`;
  };
}

function otherBodies(count: number): Act {
  return (rig) => {
    const headers = { 'idempotency-key': 'planted by another' };
    return together(
      rig,
      Array.from({ length: count }, () => sendForm(another(), { headers })),
    );
  };
}

function deletions(count: number): Act {
  return async (rig) => {
    const { image, task } = await sendPicture(rig, 'uploader');
    await developed(rig, task);
    rig.promised.delete(task);
    const end: Ask = { as: 'uploader', method: 'DELETE', path: `/api/v1/images/${image}` };
    const outcome = await together(rig, Array<Ask>(count).fill(end));
    const isGone = /^(\d+ × (204|404 not_found)(, )?)+$/.test(outcome) && outcome.includes('204');
    return isGone ? 'gone' : outcome;
  };
}

function downloads(count: number): Act {
  return async (rig) => {
    const { image, task } = await sendPicture(rig, 'uploader');
    await developed(rig, task);
    rig.promised.delete(task);
    const path = `/api/v1/images/${image}`;
    const load = (): Promise<string> =>
      ask(rig, { as: 'uploader', path: `${path}/derivatives/large` }).then((answer) =>
        Number(answer.headers['content-length']) === answer.body.length ? outcomeOf(rig, answer) : 'half',
      );
    const outcomes = await Promise.all([
      ...Array.from({ length: count }, load),
      ask(rig, { as: 'uploader', method: 'DELETE', path }).then((answer) => outcomeOf(rig, answer)),
    ]);
    const others = outcomes.filter((outcome) => !['200', '204', '404 not_found'].includes(outcome));
    return others.join(', ') || 'whole or not there';
  };
}

/** Who comes second finds it held by the first, or finished. */
function twoAtOnce(): Act {
  return async (rig) => {
    const body = another();
    const path = await begin(rig, body.length);
    const append: Ask = { as: 'uploader', method: 'PATCH', path, headers: bytes, body };
    const outcome = await together(rig, [append, append]);
    return /^1 × 204, 1 × (409 conflict|423 upload_locked)$/.test(outcome) ? 'once' : outcome;
  };
}
