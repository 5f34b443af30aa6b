import type { DetailedError, HttpResponse } from 'tus-js-client';
import { goToSignIn } from '../account/go-to-sign-in.ts';
import { problemOf, RequestError, uploadsPath } from '../api.ts';
import type { Entry } from './entry.ts';

/** Waits between tries, some three minutes in all; progress starts them afresh. */
const retryDelays = [0, 500, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 45_000, 60_000];

export interface TransferEvents {
  /** The server has a place for it: from now on it can be resumed. */
  placed(url: string): void;
  progress(sentBytes: number): void;
  /** It broke in a way that may pass; it goes on by itself. */
  delayed(error: RequestError): void;
  done(taskId: string | null): void;
  failed(error: RequestError): void;
}

export interface Transfer {
  /** Stops sending; `discard` also tells the server to drop what it has. */
  stop(options: { discard: boolean }): void;
}

export type StartTransfer = (entry: Entry, file: File, events: TransferEvents) => Transfer;

const fetchSender = () => import('tus-js-client');
let loading: ReturnType<typeof fetchSender> | null = null;

/** Loads what sends, so that it is there when the server is not. What could not be loaded is asked for again. */
export function loadSender(): ReturnType<typeof fetchSender> {
  loading ??= fetchSender().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** Sends one file over tus, resuming at `entry.url` where there is one. */
export const startTransfer: StartTransfer = (entry, file, events) => {
  let stopped = false;
  let taskId: string | null = null;

  const starting = loadSender().then(({ Upload }) => {
    if (stopped) return null;
    const upload = new Upload(file, {
      endpoint: uploadsPath,
      uploadUrl: entry.url,
      metadata: { filename: file.name, filetype: file.type, preset: 'web', batch: entry.batch },
      retryDelays,
      // What to resume is kept with the queue: one memory, not two.
      storeFingerprintForResuming: false,
      removeFingerprintOnSuccess: true,
      onShouldRetry(error) {
        const passing = isPassing(error.originalResponse);
        if (passing) events.delayed(requestErrorOf(error));
        return passing;
      },
      onAfterResponse: (_request, response) => {
        taskId = response.getHeader('X-Task-Id') ?? taskId;
      },
      onUploadUrlAvailable: () => upload.url && events.placed(upload.url),
      onProgress: (sent) => events.progress(sent),
      onSuccess: () => events.done(taskId),
      onError(error) {
        const problem = requestErrorOf(error);
        events.failed(problem);
        if (problem.code === 'unauthenticated') goToSignIn();
      },
    });
    upload.start();
    return upload;
  });
  starting.catch(() => events.failed(new RequestError(0, 'unreachable', 'The server cannot be reached.')));

  return {
    stop({ discard }) {
      stopped = true;
      void starting.then((upload) => upload?.abort(discard)).catch(() => {});
    },
  };
};

/** No answer, a server in trouble or too busy for more, or an upload still held by the connection that broke. */
function isPassing(response: HttpResponse | null): boolean {
  const status = response?.getStatus() ?? 0;
  return status < 400 || status >= 500 || [408, 409, 423, 429].includes(status);
}

function requestErrorOf(error: Error | DetailedError): RequestError {
  const response = 'originalResponse' in error ? error.originalResponse : null;
  if (!response) return new RequestError(0, 'unreachable', 'The connection broke. What was sent so far is kept.');
  return problemOf(response.getStatus(), response.getBody());
}
