import { parseArgs } from 'node:util';
import { readConfig } from '#core/config.ts';
import { DarkroomError } from '#core/errors.ts';
import { openServices } from '#core/services.ts';
import { runServer } from './run.ts';

/** What requests at hand get to finish in. */
const deadlineMs = 8000;
/** EX_CONFIG: tells the supervisor that starting again would not help. */
const cannotStart = 78;

/** `--dev` serves the pages from their sources; `--no-pages` serves the API alone. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { dev: { type: 'boolean' }, 'no-pages': { type: 'boolean' } } });
  const toldToStop = stopSignal();
  await using services = await openServices(readConfig(), 'server');
  const server = await runServer(services, {
    next: values['no-pages'] ? null : values.dev ? 'development' : 'production',
  });
  if (process.send) process.send({ ready: true, url: server.url });
  else process.stdout.write(`Darkroom is ready at ${server.url}\n`);
  await toldToStop;
  await server.stop({ deadlineMs });
}

/** Resolves when a signal, or the end of the parent, says stop. A second signal kills. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['SIGTERM', 'SIGINT', 'SIGHUP', 'disconnect']) process.once(event, () => resolve());
  });
}

function exitCodeOf(error: unknown): number {
  const isHopeless = error instanceof DarkroomError && ['invalid_config', 'pending_migrations'].includes(error.code);
  return isHopeless ? cannotStart : 1;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`The server cannot run: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(exitCodeOf(error));
  },
);
