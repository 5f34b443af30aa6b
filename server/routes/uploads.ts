import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { requireAbility } from '../auth/access.ts';
import type { Limits } from '../limits/limits.ts';
import { isRefusal } from '../uploads/accept.ts';
import { UploadLocks } from '../uploads/locks.ts';
import { startSweep } from '../uploads/sweep.ts';
import { openTusServer, taskHeader, tusRefusal, uploadsPath } from '../uploads/tus-server.ts';
import { exchange, UploadStore, type Exchange } from '../uploads/tus-store.ts';

const tusVersion = '1.0.0';

/** Resumable uploads: tus 1.0 under /api/v1/uploads. The answer that finishes one names its task in X-Task-Id. */
export function uploadRoutes(services: Services, limits: Limits): FastifyPluginAsyncZod {
  return async (app) => {
    const store = new UploadStore(services, limits.unfinished);
    const locks = new UploadLocks();
    const tus = openTusServer(services, store, locks);
    const sweep = startSweep(services, { store, locks, unfinished: limits.unfinished });
    app.addHook('onClose', () => sweep.stop());

    // The bytes are nobody's to read but the store's.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));

    const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const { id: user_id } = requireAbility(request, 'upload');
      const { method } = request;
      if (method !== 'OPTIONS') requireVersion(request, reply);
      if (method === 'POST') await limits.uploads.take(user_id);
      if (method !== 'POST' && method !== 'PATCH') return answer(request, reply, user_id);
      return limits.uploadsAtOnce.hold(user_id, () => answer(request, reply, user_id));
    };

    const answer = async (request: FastifyRequest, reply: FastifyReply, user_id: string): Promise<FastifyReply> => {
      const told: Exchange = { user_id, created: null, task_id: null, error: null };
      return exchange.run(told, async () => {
        const { incoming, finish } = asWebRequest(request);
        try {
          const answered = await send(reply, request.method, await tus.handleWeb(incoming), told);
          if (isGone(request) && isUnfinished(told)) await store.discard(told.created);
          return answered;
        } catch (error) {
          // Nobody knows the address of an upload whose creation failed.
          if (told.created !== null && request.method === 'POST') await store.discard(told.created);
          // The body did not come in time, and that was the answer.
          if (reply.sent) return reply;
          throw error;
        } finally {
          finish();
        }
      });
    };

    const config = { takesUploads: true };
    const schema = { tags: ['uploads'], summary: 'Resumable upload (tus 1.0.0)' };
    app.route({ method: ['POST', 'OPTIONS'], url: uploadsPath, schema, config, handler });
    app.route({ method: ['HEAD', 'PATCH', 'DELETE', 'OPTIONS'], url: `${uploadsPath}/:id`, schema, config, handler });
  };
}

/** The tus server would call any other version than ours a bad request. Throws `tus_version`. */
function requireVersion({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (headers['tus-resumable'] === tusVersion) return;
  reply.headers({ 'tus-resumable': tusVersion, 'tus-version': tusVersion });
  throw new DarkroomError('tus_version', `Send the header Tus-Resumable: ${tusVersion}.`);
}

/** Who hangs up before the answer, or ends their half of the connection, does not hear the address of what was created. */
function isGone({ raw }: FastifyRequest): boolean {
  return raw.errored !== null || !raw.socket.writable;
}

function isUnfinished(told: Exchange): told is Exchange & { created: string } {
  return told.created !== null && told.task_id === null;
}

/** The request as the tus server takes it. `finish` lets go of the body, so that what was not read does not block. */
function asWebRequest({ raw, method, headers }: FastifyRequest): { incoming: Request; finish: () => void } {
  const single = Object.entries(headers).filter((header): header is [string, string] => typeof header[1] === 'string');
  // The path alone matters: the Location that is given back is relative.
  const url = new URL(raw.url ?? '/', 'http://localhost');
  const init = { method, headers: new Headers(single) };
  if (method !== 'PATCH' && method !== 'POST') return { incoming: new Request(url, init), finish: () => {} };

  const chunks = raw.iterator({ destroyOnReturn: false });
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const next = await chunks.next();
    if (next.done) controller.close();
    else controller.enqueue(next.value as Buffer);
  };
  const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  const drain = (): void => void raw.resume();
  const finish = (): void => void chunks.return?.().then(drain, drain);
  return { incoming: new Request(url, { ...init, body, duplex: 'half' } as RequestInit), finish };
}

async function send(reply: FastifyReply, method: string, response: Response, told: Exchange): Promise<FastifyReply> {
  for (const [name, value] of response.headers) {
    if (name.startsWith('tus-') || name.startsWith('upload-') || name === 'location' || name === 'cache-control') {
      reply.header(name, value);
    }
  }
  // To resume what was refused meanwhile means to begin anew, and then the reason can be told.
  if (method === 'HEAD' && isRefusal(told.error)) throw new DarkroomError('not_found', 'There is no such upload.');
  if (told.error) throw told.error;
  const text = await response.text();
  if (response.status >= 400) throw tusRefusal(response.status, text);
  if (method !== 'OPTIONS' && method !== 'DELETE') reply.headers(taskHeader());
  return reply.code(response.status).send(text === '' ? undefined : text);
}
