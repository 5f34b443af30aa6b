import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Request, ThreadData } from './sqlite-protocol.ts';
import { openSession, type Session } from './sqlite-session.ts';

/**
 * A thread with one SQLite connection: whatever a statement waits for (disk, lock), the event loop of the process does
 * not. The first message it sends says whether the file could be opened.
 */
const { path, role } = workerData as ThreadData;
if (!parentPort) throw new Error('This file is a thread, not a program.');
const port = parentPort;

try {
  const session = openSession(path, role);
  port.on('message', (requests: Request[]) => {
    port.postMessage(requests.map((request) => answerTo(session, request)));
    if (requests.at(-1)?.op === 'close') port.close();
  });
  port.postMessage([{}] satisfies Answer[]);
} catch (error) {
  port.postMessage([{ error: failureOf(error) }] satisfies Answer[]);
}

function answerTo(session: Session, request: Request): Answer {
  try {
    return { ...session.run(request), lost: session.lost() };
  } catch (error) {
    return { error: failureOf(error), lost: session.lost() };
  }
}

function failureOf(error: unknown): { message: string; errcode: number } {
  const { message, errcode } = error as { message: string; errcode?: number };
  return { message, errcode: errcode ?? 0 };
}
