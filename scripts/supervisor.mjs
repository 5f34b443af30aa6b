// @ts-check
import { spawn } from 'node:child_process';

/** Exit code (EX_CONFIG) of a program that a restart cannot help: a setting, a pending migration, a port in use. */
export const cannotStart = 78;

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} path
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} [env]
 *
 * @typedef {object} Options
 * @property {(name: string, message: { url?: string | null }) => void} [onReady]  a program sent `{ ready: true }`
 * @property {(line: string) => void} [say]
 * @property {number} [deadlineMs]    from the request to stop to SIGKILL
 * @property {number} [minDelayMs]    before the first restart; doubles with each
 * @property {number} [maxDelayMs]
 * @property {number} [settledMs]     up for so long, a program's next restart is a first one again
 *
 * @typedef {object} Running
 * @property {import('node:child_process').ChildProcess | null} child
 * @property {number} restarts
 * @property {NodeJS.Timeout | null} next
 */

/**
 * Keeps programs running. One that ends is started again with a growing delay; one that ends with `cannotStart` ends them
 * all. `stop` asks all to end and kills what remains at the deadline; `kill` does not wait. Each program leads a process
 * group of its own, so that Ctrl-C in a terminal reaches it through `stop` alone, once; when this process dies, the closing
 * IPC channel tells it to end. `ended` resolves to the exit code once no program is left.
 *
 * @param {Program[]} programs
 * @param {Options} [options]
 */
export function supervise(programs, options = {}) {
  const { onReady = () => {}, say = console.error } = options;
  const { deadlineMs = 25_000, minDelayMs = 100, maxDelayMs = 10_000, settledMs = 30_000 } = options;
  /** @type {Map<string, Running>} */
  const all = new Map(programs.map(({ name }) => [name, { child: null, restarts: 0, next: null }]));
  let stopping = false;
  let exitCode = 0;
  /** @type {(code: number) => void} */
  let end = () => {};
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  for (const program of programs) start(program);
  return { ended, stop, kill, restart };

  /** @param {Program} program */
  function start(program) {
    const { name, path, args, env = process.env } = program;
    const startedAt = performance.now();
    const detached = process.platform !== 'win32';
    const child = spawn(path, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached, env });
    const running = { child, restarts: all.get(name)?.restarts ?? 0, next: null };
    all.set(name, running);
    child.on('message', (message) => {
      if (isReady(message)) onReady(name, message);
    });
    child.once('error', (error) => say(`${name}: ${error.message}`));
    child.once('close', (code, signal) => {
      const restarts = performance.now() - startedAt >= settledMs ? 0 : running.restarts;
      all.set(name, { child: null, restarts, next: null });
      if (code === cannotStart) exitCode = cannotStart;
      if (stopping || code === cannotStart) stop();
      else startLater(program, restarts, signal ?? `exit code ${code}`);
    });
  }

  /**
   * @param {Program} program
   * @param {number} restarts
   * @param {string} reason
   */
  function startLater(program, restarts, reason) {
    const delay = Math.min(maxDelayMs, minDelayMs * 2 ** restarts);
    const next = setTimeout(start, delay, program);
    all.set(program.name, { child: null, restarts: restarts + 1, next });
    say(`${program.name} ended (${reason}) and starts again in ${delay} ms`);
  }

  function stop() {
    if (!stopping) {
      stopping = true;
      for (const { child, next } of all.values()) {
        if (next) clearTimeout(next);
        child?.kill('SIGTERM');
      }
      setTimeout(kill, deadlineMs).unref();
    }
    if ([...all.values()].every(({ child }) => child === null)) end(exitCode);
  }

  function kill() {
    stop();
    for (const { child } of all.values()) if (child?.pid) killGroup(child.pid);
  }

  /**
   * Asks the program to end; it starts again as after any end, but with the first delay.
   *
   * @param {string} name
   */
  function restart(name) {
    const running = all.get(name);
    if (!running) return;
    running.restarts = 0;
    running.child?.kill('SIGTERM');
  }
}

/**
 * Kills the program and whatever it started.
 *
 * @param {number} pid
 */
function killGroup(pid) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/**
 * @param {unknown} message
 * @returns {message is { ready: true, url?: string | null }}
 */
function isReady(message) {
  return typeof message === 'object' && message !== null && 'ready' in message && message.ready === true;
}
