import { abilitiesOf } from '#core/domain/access.ts';
import type { Services } from '#core/services.ts';
import { buildApp, type AppOptions } from './app.ts';
import type { Identify } from './auth/access.ts';
import { startRelay } from './relay.ts';

const identify: Identify = async () => ({
  id: 'owner',
  email: 'owner@localhost',
  name: 'Owner',
  role: 'admin',
  abilities: abilitiesOf('admin'),
  by: { session: 'owner' },
});

export interface RunningServer {
  /** Where people find it: `PUBLIC_URL`, or where it listens. */
  url: string;
  /** Takes no more requests, lets those at hand finish within the deadline, and stops the relay. The services stay open. */
  stop(options?: { deadlineMs: number }): Promise<void>;
}

/** The server process, but for reading settings and signals. */
export async function runServer(services: Services, options: Pick<AppOptions, 'next'> = {}): Promise<RunningServer> {
  const relay = startRelay(services);
  const app = await buildApp(services, { ...options, relay, identify }).catch(async (error: unknown) => {
    await relay.stop();
    throw error;
  });
  const stop = async (deadline?: { deadlineMs: number }) => {
    await app.close(deadline);
    await relay.stop();
  };
  try {
    const url = await app.listen();
    return { url: services.config.PUBLIC_URL ?? url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
