import { appendFileSync } from 'node:fs';
import { readConfig } from '#core/config.ts';
import { openServices } from '#core/services.ts';
import { runServer } from '#server/run.ts';
import { runWorker } from '#worker/run.ts';
import { watchEffects } from './effects.ts';

/**
 * The server or the worker as it is, but for one thing: told a kill point it ends there by SIGKILL. Every point it
 * passes is added to a file, a line each. Arguments: role, file, kill point (optional).
 */
const [, , role = '', file = '', killAt] = process.argv;

const services = watchEffects(await openServices(readConfig(), role), (point) => {
  appendFileSync(file, `${point}\n`);
  if (point === killAt) process.kill(process.pid, 'SIGKILL');
});
const running = role === 'server' ? await runServer(services) : await runWorker(services);
process.send?.({ ready: true, url: 'url' in running ? running.url : null });

process.once('SIGTERM', async () => {
  await running.stop();
  await services[Symbol.asyncDispose]();
  process.exit(0);
});
