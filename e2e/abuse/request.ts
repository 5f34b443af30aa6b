import type { Person, Rig } from './rig.ts';
import { exchange, type Answer, type Until } from './wire.ts';

/** Does something to the product and resolves to what came of it, in a few words. */
export type Act = (rig: Rig) => Promise<string>;

/** What is done, how, and what has to come of it: the status and the code of the answer, as a rule. */
export type Case = readonly [what: string, act: Act, outcome: string];

export type Who = keyof Rig['people'];

/** A request as it goes over the wire, every byte of it as it is written here (in Latin-1). */
export interface Ask {
  /** Whose key it carries. */
  as?: Who;
  /** Whose cookie it carries. */
  signedIn?: Who;
  method?: string;
  path: string | ((rig: Rig) => string);
  /** Several of one name by a list; none by an empty one. */
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  until?: Until;
}

/** The act of asking this. */
export function request(ask: Ask): Act {
  return async (rig) => outcomeOf(rig, (await send(rig, ask))[0]);
}

/** JSON as whoever wrote it wanted it, not as it has to be. */
export function json(body: string, ask: Omit<Ask, 'body'>): Act {
  return request({ method: 'POST', ...ask, headers: { 'content-type': 'application/json', ...ask.headers }, body });
}

/** The act of saying these lines on a connection, whatever they are, until the server ends it. */
export function say(...lines: (string | ((rig: Rig) => string))[]): Act {
  return async (rig) => {
    const text = lines.map((line) => (typeof line === 'string' ? line : line(rig))).join('\r\n');
    const answers = await exchange(rig.url, Buffer.from(text, 'latin1'), 'closed');
    return answers.map((answer) => outcomeOf(rig, answer)).join(', then ') || 'closed';
  };
}

/** Lines of a request that is said line by line. */
export const host = ({ url }: Rig): string => `Host: ${new URL(url).host}`;
export const bearer =
  (who: Who) =>
  ({ people }: Rig): string =>
    `Authorization: Bearer ${people[who].key}`;

/** Resolves to the answers, and takes down what was promised by them. */
export async function send(rig: Rig, ask: Ask): Promise<Answer[]> {
  const answers = await exchange(rig.url, bytesOf(rig, ask), ask.until);
  for (const answer of answers) note(rig, ask, answer);
  return answers;
}

/** Resolves to the first answer. Throws where there is none. */
export async function ask(rig: Rig, what: Ask): Promise<Answer> {
  const [answer] = await send(rig, what);
  if (!answer) throw new Error(`There was no answer to ${String(what.path)}.`);
  return answer;
}

/** The body of an answer that is JSON. */
export function bodyOf<T>({ body }: Answer): T {
  return JSON.parse(body.toString()) as T;
}

function bytesOf(rig: Rig, { as, signedIn, method = 'GET', path, headers, body }: Ask): Buffer {
  const { url, people } = rig;
  const all: Record<string, string | string[]> = {
    host: new URL(url).host,
    ...(as && { authorization: `Bearer ${people[as].key}` }),
    ...(signedIn && { cookie: people[signedIn].cookie }),
    ...(body !== undefined && !headers?.['transfer-encoding'] && { 'content-length': String(body.length) }),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`));
  const target = typeof path === 'string' ? path : path(rig);
  const head = [`${method} ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  return Buffer.concat([
    Buffer.from(head, 'latin1'),
    typeof body === 'string' ? Buffer.from(body, 'latin1') : (body ?? Buffer.alloc(0)),
  ]);
}

function note(rig: Rig, { path, method, as }: Ask, answer: Answer): void {
  if (answer.status === 202 && path === '/api/v1/images') {
    const { images } = bodyOf<{ images: { task_id: string }[] }>(answer);
    for (const { task_id } of images) rig.promised.add(task_id);
  }
  const { location, 'x-task-id': task } = answer.headers;
  if (task) rig.promised.add(task);
  if (answer.status === 201 && method === 'POST' && location && as) rig.begun.set(location, as);
}

/** Status and code; and whether the answer tells what is nobody's business, which no expectation says. */
export function outcomeOf(rig: Rig, answer: Answer | undefined): string {
  if (!answer) return 'closed';
  const { status, headers, body } = answer;
  const text = body.toString('latin1');
  const problem = body.length > 0 && headers['content-type']?.startsWith('application/problem+json');
  const code = problem ? (/"code":"(\w+)"/.exec(text)?.[1] ?? 'no code') : '';
  const to = status >= 300 && status < 400 && headers.location ? `to ${headers.location.replace(rig.url, '')}` : '';
  return [status, code, to, leakOf(rig, answer, text)].filter((word) => word !== '').join(' ');
}

/** A place in the sources, a folder of this machine, what another was told, or the name of what is inside. */
function leakOf({ dataDir, people }: Rig, { status, headers }: Answer, text: string): string {
  const inside = [dataDir, process.cwd(), 'node_modules', 'SQLITE_', '\n    at ', 'node:internal'];
  const leaks = inside.filter((word) => status >= 400 && text.includes(word));
  const all = Object.values(headers).join('\n') + text;
  const keys = Object.values<Person>(people).filter(({ key }) => all.includes(key));
  return leaks.length + keys.length > 0
    ? `and tells ${[...leaks, ...keys.map(({ id }) => `the key of ${id}`)].join(', ')}`
    : '';
}
