import { randomUUID } from 'node:crypto';
import { Server, type Upload } from '@tus/server';
import { DarkroomError, toDarkroomError, type ErrorCode } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { declare } from './declaration.ts';
import { checkLength } from './inspect.ts';
import type { UploadLocks } from './locks.ts';
import { exchange, type UploadStore } from './tus-store.ts';

export const uploadsPath = '/api/v1/uploads';
/** How long a connection that was asked to give up its upload may still bring bytes. */
const drainMs = 1000;

/** The tus protocol over the store. What goes wrong is left in the exchange for the route to throw. */
export function openTusServer({ config }: Services, store: UploadStore, locks: UploadLocks): Server {
  return new Server({
    path: uploadsPath,
    relativeLocation: true,
    datastore: store,
    locker: locks,
    lockDrainTimeout: drainMs,
    maxSize: config.UPLOAD_MAX_BYTES,
    allowedOrigins: [],
    namingFunction: () => randomUUID(),
    onIncomingRequest: async (request, id) => {
      if (request.method !== 'POST') await checkOwner(store, id);
    },
    onUploadCreate: async (_request, upload) => {
      checkLength(upload.size ?? 0, config);
      const metadata = checkedMetadata(upload);
      await store.reserve(upload.id, upload.size ?? 0);
      note({ created: upload.id });
      return { metadata };
    },
    onUploadFinish: async () => ({ headers: taskHeader() }),
    onResponseError: (_request, error) => {
      const named = nameError(error);
      note({ error: named });
      return { status_code: named.status, body: named.message };
    },
  });
}

/** Says which task an upload became, once it has. */
export function taskHeader(): Record<string, string> {
  const task_id = exchange.getStore()?.task_id;
  return task_id ? { 'X-Task-Id': task_id } : {};
}

/** What belongs to another person is not there. */
async function checkOwner(store: UploadStore, id: string): Promise<void> {
  if ((await store.ownerOf(id)) !== exchange.getStore()?.user_id) {
    throw new DarkroomError('not_found', 'There is no such upload.');
  }
}

function checkedMetadata(upload: Upload): Record<string, string | null> {
  const { filename, filetype, preset, batch } = upload.metadata ?? {};
  const declared = declare({ filename, preset, batch });
  const said = { filename: declared.filename, filetype: filetype?.slice(0, 255), preset, batch };
  return Object.fromEntries(Object.entries(said).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

function note(learned: { created?: string; error?: DarkroomError }): void {
  Object.assign(exchange.getStore() ?? {}, learned);
}

const codes: Record<number, ErrorCode> = {
  404: 'not_found',
  409: 'conflict',
  410: 'not_found',
  413: 'file_too_large',
  423: 'upload_locked',
  501: 'bad_request',
};

/** A refusal of the protocol, told by its status, as one of our errors. */
export function tusRefusal(status: number, detail: string): DarkroomError {
  return new DarkroomError(codes[status] ?? (status < 500 ? 'bad_request' : 'internal'), detail.trim());
}

function nameError(error: Error | { status_code: number; body: string }): DarkroomError {
  if ('status_code' in error) return tusRefusal(error.status_code, error.body);
  return toDarkroomError(error);
}
