import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPassword } from 'better-auth/crypto';
import { vi } from 'vitest';
import { readConfig } from '#core/config.ts';
import { addKey } from '#core/database/api-keys.ts';
import { migrate } from '#core/database/migrate.ts';
import { openDatabase } from '#core/database/open.ts';
import { addPerson } from '#core/database/people.ts';
import { abilitiesOf, type Ability, type Role } from '#core/domain/access.ts';
import { isTerminal, type TaskStatus } from '#core/domain/task.ts';
import { openMailServer, type MailServer } from '#core/mail/testing/mail-server.ts';
import { fixture } from '../pictures.ts';
import { program, type Program } from '../program.ts';
import { sendForm } from './form.ts';
import { ask, bodyOf, type Who } from './request.ts';

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly key: string;
  /** Of a session; empty where they have not signed in. */
  cookie: string;
}

/** What belongs to a person who is none of those who ask, and what they try to reach. */
export interface Belongings {
  image: string;
  task: string;
  /** Where a resumable upload is that they have begun. */
  upload: string;
  session: string;
  key: string;
}

const cast = {
  viewer: { role: 'viewer' },
  uploader: { role: 'uploader' },
  operator: { role: 'operator' },
  admin: { role: 'admin' },
  secondAdmin: { role: 'admin' },
  other: { role: 'uploader' },
  /** Has room for one picture. */
  crowded: { role: 'uploader', quota_images: 1 },
  /** An operator's key that may only look. */
  onlooker: { role: 'operator', scopes: ['read'] },
  /** An operator's key that may only send. */
  sender: { role: 'operator', scopes: ['upload'] },
  /** Whose password is reset, which ends their key. */
  forgetful: { role: 'viewer', scopes: ['read'] },
} satisfies Record<string, { role: Role; scopes?: Ability[]; quota_images?: number }>;

/** A whole Darkroom, where everybody's password is the same, and what was promised on the way. */
export interface Rig extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  readonly server: Program;
  readonly worker: Program;
  readonly mails: MailServer;
  readonly people: Record<keyof typeof cast, Person>;
  readonly theirs: Belongings;
  /** An image of the uploader that is developed. */
  readonly mine: { image: string; task: string };
  /** Tasks that were accepted. */
  readonly promised: Set<string>;
  /** What no log may show: keys, cookies, passwords, and what links carry. */
  readonly secrets: string[];
  /** Resumable uploads that were begun, and by whom. */
  readonly begun: Map<string, Who>;
}

/** Everybody's. */
export const password = 'Planted password of everybody';
const authSecret = 'Planted secret that signs all the cookies';

/** Starts it, with nobody signed in and nothing in it. */
export async function openRig(settings: Record<string, string> = {}): Promise<Rig> {
  await using opening = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-abuse-'));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const mails = opening.use(await openMailServer());
  const environment = {
    DATA_DIR: dataDir,
    PORT: '0',
    LOG_LEVEL: 'debug',
    AUTH_SECRET: authSecret,
    SMTP_URL: `smtp://127.0.0.1:${mails.port}`,
    ...settings,
  };
  const people = await makePeople(environment);
  const server = program('server', environment);
  const worker = program('worker', environment);
  opening.defer(async () => void (await Promise.all([server.stop(), worker.stop()])));
  await Promise.all([server.start(), worker.start()]);

  const nothing = { image: '', task: '', upload: '', session: '', key: '' };
  const parts = { url: server.url, dataDir, server, worker, mails, people, promised: new Set<string>() };
  const rig = {
    ...parts,
    begun: new Map<string, Who>(),
    secrets: [password, authSecret],
    theirs: nothing,
    mine: { image: '', task: '' },
  };
  const opened = opening.move();
  return { ...rig, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Signs people in, and gives them what others will try to reach. */
export async function furnish(rig: Rig): Promise<void> {
  for (const person of Object.values<Person>(rig.people)) person.cookie = await signIn(rig, person.email);
  for (const { key, cookie } of Object.values<Person>(rig.people)) rig.secrets.push(key, tokenOf(cookie));
  Object.assign(rig.mine, await sendPicture(rig, 'uploader'));
  Object.assign(rig.theirs, await sendPicture(rig, 'other'));
  await developed(rig, rig.mine.task);
  const tus = { 'tus-resumable': '1.0.0', 'upload-length': '100' };
  const begun = await ask(rig, { as: 'other', method: 'POST', path: '/api/v1/uploads', headers: tus });
  rig.theirs.upload = begun.headers.location ?? '';
  const firstOf = async (path: string) => {
    const answer = await ask(rig, { signedIn: 'other', path });
    return bodyOf<{ items: { id: string }[] }>(answer).items[0]?.id ?? '';
  };
  rig.theirs.session = await firstOf('/api/v1/sessions');
  rig.theirs.key = await firstOf('/api/v1/keys');
}

/** What a cookie of a session says, without its signature. */
function tokenOf(cookie: string): string {
  return cookie.slice(cookie.indexOf('=') + 1, cookie.lastIndexOf('.'));
}

/** Signs in and resolves to the cookie of the session. Throws where that is refused. */
export async function signIn(rig: Rig, email: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ email, password });
  const answer = await ask(rig, { method: 'POST', path: '/api/auth/sign-in/email', headers, body });
  if (answer.status !== 200) throw new Error(`${email} was not let in: ${answer.body.toString()}`);
  return (answer.headers['set-cookie'] ?? '').split(';', 1)[0] ?? '';
}

/** Sends a picture as this person, and resolves to what it became. */
export async function sendPicture(rig: Rig, as: Who): Promise<{ image: string; task: string }> {
  const answer = await ask(rig, sendForm(readFileSync(fixture('plain.jpg')), { as }));
  const [image] = bodyOf<{ images: { id: string; task_id: string }[] }>(answer).images;
  return { image: image?.id ?? '', task: image?.task_id ?? '' };
}

/** Resolves to what became of a task in the end: `done`, or why not. */
export async function developed(rig: Rig, task: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const answer = await ask(rig, { as: 'operator', path: `/api/v1/tasks/${task}` });
      const { status, error } = bodyOf<{ status: TaskStatus; error: { code: string } | null }>(answer);
      if (!isTerminal(status)) throw new Error(`The task ${task} is still ${status}.`);
      return error ? `${status} by ${error.code}` : status;
    },
    { timeout: 60_000, interval: 25 },
  );
}

async function makePeople(environment: Record<string, string>): Promise<Rig['people']> {
  const config = readConfig(environment);
  await migrate(config);
  await using database = await openDatabase(config);
  const passwordHash = await hashPassword(password);
  const at = new Date().toISOString();
  const made: Record<string, Person> = {};
  for (const [id, { role, ...bounds }] of Object.entries(cast)) {
    const { scopes, quota_images } = { scopes: [...abilitiesOf(role)], quota_images: null, ...bounds };
    const email = `${id.toLowerCase()}@example.com`;
    await database.write(async (trx) => {
      await addPerson(trx, { id, email, name: id, role, passwordHash, at });
      await trx.updateTable('users').set({ quota_images }).where('id', '=', id).execute();
      const { key } = await addKey(trx, { user_id: id, name: 'planted', scopes, expires_at: null, at });
      made[id] = { id, email, key, cookie: '' };
    });
  }
  return made as Rig['people'];
}
