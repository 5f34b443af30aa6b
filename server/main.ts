import { parseArgs } from 'node:util';
import { readConfig } from '#core/config.ts';
import { runProgram } from '#core/program.ts';
import { openServices } from '#core/services.ts';
import { runServer } from './run.ts';

/** What requests at hand get to finish in. */
const deadlineMs = 8000;

/** `--dev` serves the pages from their sources; `--no-pages` serves the API alone. */
runProgram('server', async (toldToStop) => {
  const { values } = parseArgs({ options: { dev: { type: 'boolean' }, 'no-pages': { type: 'boolean' } } });
  await using services = await openServices(readConfig(), 'server');
  const server = await runServer(services, {
    next: values['no-pages'] ? null : values.dev ? 'development' : 'production',
  });
  if (process.send) process.send({ ready: true, url: server.url });
  else process.stdout.write(`Darkroom is ready at ${server.url}\n`);
  if (server.setUpUrl) process.stdout.write(`There is no admin yet. Make one at ${server.setUpUrl}\n`);
  await toldToStop;
  setTimeout(() => process.exit(1), 2 * deadlineMs).unref();
  await server.stop({ deadlineMs });
});
