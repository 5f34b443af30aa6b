import { lookup } from 'node:dns/promises';
import type { Duplex } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { randomUUID } from 'node:crypto';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { socketPath } from '#core/domain/live.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Config } from '#core/config.ts';
import type { Services } from '#core/services.ts';
import { openPages, type Pages } from './next.ts';
import { identifyRequests, type Identify } from './auth/access.ts';
import type { Accounts } from './auth/accounts.ts';
import { keepDoor } from './door.ts';
import { setSecurityHeaders } from './headers.ts';
import { openLimits } from './limits/limits.ts';
import { boundRequests, limitRequests, refuseOddHeaders, serverOptions } from './limits/requests.ts';
import { defaultTimeouts } from './limits/timeouts.ts';
import { startLive } from './live.ts';
import { refusalOf, refuseUpgrade } from './origin.ts';
import { pageRoutes } from './pages.ts';
import { answerWithProblems, sendProblem } from './problem.ts';
import type { Relay } from './relay.ts';
import { authRoutes } from './routes/auth.ts';
import { consumerRoutes } from './routes/consumers.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { healthRoutes } from './routes/health.ts';
import { imageRoutes } from './routes/images.ts';
import { keyRoutes } from './routes/keys.ts';
import { meRoutes } from './routes/me.ts';
import { describeApi, openapiRoutes } from './routes/openapi.ts';
import { peopleRoutes } from './routes/people.ts';
import { presetRoutes } from './routes/presets.ts';
import { setUpRoutes } from './routes/set-up.ts';
import { statsRoutes } from './routes/stats.ts';
import { taskRoutes } from './routes/tasks.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { workerRoutes } from './routes/workers.ts';
import { followWorkers } from './workers.ts';

export interface AppOptions {
  /** How the pages are served; null: not at all. */
  next?: 'production' | 'development' | null;
  /** Who asks. */
  identify: Identify;
  /** The routes for people and for signing in, where there are any. */
  accounts?: Accounts;
  /** Reported by `/readyz` where there is one. */
  relay?: Pick<Relay, 'health'>;
}

export interface App {
  readonly fastify: FastifyInstance;
  /** Every route there is, as `METHOD /path`, for who checks who may use them. */
  readonly routes: readonly string[];
  /** Resolves to the address once requests are taken. */
  listen(): Promise<string>;
  /** Takes no more requests, ends the sockets, and lets requests at hand finish within the deadline. */
  close(options?: { deadlineMs: number }): Promise<void>;
}

const bodyLimit = 1 << 20;

/** One HTTP server for the pages, the API, uploads and sockets. Starts to follow the log; takes requests from `listen` on. */
export async function buildApp(
  services: Services,
  { next = null, relay, identify, accounts }: AppOptions,
): Promise<App> {
  const { config, log } = services;
  const pages = next === null ? null : await openPages(next, { hostname: config.HOST, port: config.PORT });
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit,
    forceCloseConnections: 'idle',
    ...serverOptions(defaultTimeouts),
    frameworkErrors(error, request, reply) {
      setSecurityHeaders(reply.raw, config);
      sendProblem(error, request, reply);
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerWithProblems(app);
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push(`${each} ${url}`);
  });
  boundRequests(app, defaultTimeouts);

  keepDoor(app, config);
  refuseOddHeaders(app);
  identifyRequests(app, identify);
  const limits = openLimits(config);
  limitRequests(app, limits);

  const workers = followWorkers(services);
  const live = startLive(app.server, services, {
    workers,
    identify,
    ...(accounts && { stillGood: accounts.stillGood }),
  });
  await describeApi(app);
  await app.register(healthRoutes(services, { bridge: live, ...(relay && { relay }) }));
  await app.register(taskRoutes(services));
  await app.register(imageRoutes(services, limits));
  await app.register(uploadRoutes(services, limits));
  await app.register(statsRoutes(services, workers));
  await app.register(workerRoutes(workers));
  await app.register(consumerRoutes(services));
  await app.register(deadLetterRoutes(services));
  await app.register(presetRoutes());
  await app.register(openapiRoutes());
  if (accounts) {
    await app.register(authRoutes(services, accounts, limits));
    await app.register(meRoutes(services));
    await app.register(keyRoutes(services));
    await app.register(peopleRoutes(services, accounts));
    await app.register(setUpRoutes(services, accounts, limits));
  }
  if (pages) await app.register(pageRoutes(pages, accounts));
  app.server.on('upgrade', (request, socket, head) => passUpgrade({ pages, config }, request, socket, head));
  app.addHook('preClose', async () => {
    await Promise.all([live.stop(), workers.stop(), pages?.close()]);
  });

  return {
    fastify: app,
    routes,
    listen: () => listen(app, config),
    async close({ deadlineMs } = { deadlineMs: 5000 }) {
      const force = setTimeout(() => app.server.closeAllConnections(), deadlineMs);
      await app.close();
      clearTimeout(force);
    },
  };
}

function passUpgrade(
  { pages, config }: { pages: Pages | null; config: Config },
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  if (request.url?.startsWith(`${socketPath}/`)) return;
  const refusal = refusalOf(request, 'any method', config);
  if (!pages || refusal) refuseUpgrade(socket, refusal ?? undefined);
  else pages.upgrade(request, socket, head);
}

/** `localhost` may be two addresses, of which Fastify would give the second a server without sockets: take one. */
async function listen(app: FastifyInstance, { HOST, PORT }: Config): Promise<string> {
  const { address } = await lookup(HOST);
  try {
    return await app.listen({ host: address, port: PORT });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    throw new DarkroomError(
      'invalid_config',
      `PORT=${PORT} is taken by another program on ${HOST}: choose another port.`,
      {
        cause: error,
      },
    );
  }
}
