import { openMailer } from '#core/mail/open.ts';
import type { Services } from '#core/services.ts';
import { buildApp, type AppOptions } from './app.ts';
import { openAccounts } from './auth/accounts.ts';
import { warningOfExposure } from './exposure.ts';
import { startRelay } from './relay.ts';

export interface RunningServer {
  /** Where people find it: `PUBLIC_URL`, or where it listens. */
  url: string;
  /** Where the first admin can be made, while there is none. */
  setUpUrl: string | null;
  /** Takes no more requests, lets those at hand finish within the deadline, and stops the relay. The services stay open. */
  stop(options?: { deadlineMs: number }): Promise<void>;
}

/** The server process, but for reading settings and signals. */
export async function runServer(services: Services, options: Pick<AppOptions, 'next'> = {}): Promise<RunningServer> {
  await using starting = new AsyncDisposableStack();
  const { config, log } = services;
  const mailer = openMailer(config, log);
  if (mailer) starting.use(mailer);
  let url = config.PUBLIC_URL ?? '';
  const accounts = await openAccounts(services, { url: () => url, mailer });
  starting.defer(() => accounts.stop());
  const relay = startRelay(services);
  starting.defer(() => relay.stop());
  const app = await buildApp(services, { ...options, relay, identify: accounts.identify, accounts });
  let deadline: { deadlineMs: number } | undefined;
  starting.defer(() => app.close(deadline));

  await accounts.makeFirstAdmin();
  const address = await app.listen();
  url = config.PUBLIC_URL ?? address;
  const warning = warningOfExposure(app.fastify.addresses(), config);
  if (warning) log.warn(warning);
  const setUpUrl = await accounts.offerSetUp();
  const running = starting.move();
  return {
    url,
    setUpUrl,
    async stop(given) {
      deadline = given;
      await running.disposeAsync();
    },
  };
}
