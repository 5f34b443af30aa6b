import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '#core/config.ts';
import type { Log } from '#core/telemetry/log.ts';
import type { WorkerHealth, WorkerReport } from './health.ts';

export interface HealthServer {
  /** Null where the port is not to be had. */
  readonly url: string | null;
  stop(): Promise<void>;
}

/**
 * Answers `/healthz` (it lives) and `/readyz` (it works) on `WORKER_METRICS_PORT`, 503 where not. A port that is taken is
 * told in the log, and no reason to develop no pictures.
 */
export async function startHealthServer(
  { HOST: host, WORKER_METRICS_PORT: port }: Config,
  log: Log,
  health: Pick<WorkerHealth, 'alive' | 'ready'>,
): Promise<HealthServer> {
  const questions: Record<string, () => WorkerReport> = {
    '/healthz': () => health.alive(),
    '/readyz': () => health.ready(),
  };
  const server = createServer((request, response) => answer(questions, request, response));
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? `taken by another program on ${host}` : `not to be had (${code})`;
    log.error(
      { err: error },
      `WORKER_METRICS_PORT=${port} is ${why}: nobody can ask this worker how it is. It works all the same; choose another port.`,
    );
    return { url: null, stop: async () => {} };
  }
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function answer(
  questions: Record<string, () => WorkerReport>,
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
): void {
  const question = questions[url.split('?')[0] ?? ''];
  if (!question) return void response.writeHead(404).end();
  if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
  const report = question();
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(report.ok ? 200 : 503, headers).end(JSON.stringify(report));
}
