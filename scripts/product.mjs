// @ts-check
import { nodeArguments } from './prepare.mjs';
import { environment, run } from './run.mjs';
import { supervise } from './supervisor.mjs';

/**
 * Brings the database up to date, then keeps server and worker running until a signal says stop: the first SIGINT, SIGTERM
 * or SIGHUP stops in good order, a second one kills.
 *
 * @param {string} node
 * @param {{ serverArguments?: string[], env?: NodeJS.ProcessEnv }} [options]
 */
export async function startProduct(node, { serverArguments = [], env = environment } = {}) {
  const migration = await run(node, [...nodeArguments(), 'scripts/migrate.ts'], { env });
  if (migration !== 0) process.exit(migration);

  const supervisor = supervise(
    [
      { name: 'server', path: node, args: [...nodeArguments('server'), 'server/main.ts', ...serverArguments], env },
      { name: 'worker', path: node, args: [...nodeArguments('worker'), 'worker/main.ts'], env },
    ],
    {
      onReady: (_name, { url }) => {
        if (url) console.log(`Darkroom is ready at ${url} (Ctrl-C stops it)`);
      },
    },
  );
  let asked = false;
  const end = () => {
    if (asked) supervisor.kill();
    else supervisor.stop();
    asked = true;
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  return supervisor;
}
