import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { nodeFlags } from '../scripts/node-flags.mjs';

const root = join(import.meta.dirname, '..');

/** A server or worker process that a test starts, kills and starts again. */
export interface Program {
  readonly name: string;
  /** What it wrote, over all its lives. */
  readonly output: string[];
  /** Address given in its latest ready message; that of a worker answers how it is. */
  readonly url: string;
  /** Resolves when its latest life has ended, with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** How it ended, if it ended without being asked to. */
  readonly death: string | null;
  readonly pid: number;
  /** Starts it and resolves once it says that it is ready. */
  start(environment?: Record<string, string>): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
  /** Lets it end in good order. */
  stop(): Promise<void>;
}

/** The program as it is, or another script in its place. */
export function program(
  name: 'server' | 'worker',
  environment: Record<string, string>,
  [script, ...rest]: [string, ...string[]] = [`${name}/main.ts`],
): Program {
  const output: string[] = [];
  let child: ChildProcess | null = null;
  let url = '';
  let death: string | null = null;
  let ended: Promise<NodeJS.Signals | null> = Promise.resolve(null);

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    child = null;
    ending.kill(signal);
    await ended;
  }

  return {
    name,
    output,
    get url() {
      return url;
    },
    get ended() {
      return ended;
    },
    get death() {
      return death;
    },
    get pid() {
      if (child?.pid === undefined) throw new Error(`The ${name} is not running.`);
      return child.pid;
    },
    async start(more = {}) {
      const started = spawn(process.execPath, [...nodeFlags[name], script, ...rest], {
        cwd: root,
        env: {
          PATH: process.env.PATH,
          NODE_ENV: 'production',
          NODE_COMPILE_CACHE: join(root, '.cache/node'),
          WORKER_METRICS_PORT: '0',
          ...environment,
          ...more,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      child = started;
      ended = once(started, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
      for (const stream of [started.stdout, started.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => output.push(text));
      }
      started.once('exit', (code, signal) => {
        if (child === started) death = `The ${name} ended unasked (${signal ?? `exit code ${code}`}).`;
      });
      url = await ready(started, name, output);
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

function ready(child: ChildProcess, name: string, output: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', () =>
      reject(new Error(`The ${name} ended before it was ready:\n${output.slice(-20).join('')}`)),
    );
    child.on('message', (message: { ready?: boolean; url?: string; healthUrl?: string | null }) => {
      if (message.ready) resolve(message.url ?? message.healthUrl ?? '');
    });
  });
}
