import { Upload } from 'tus-js-client';
import { asAdmin } from '../admin.ts';

/** A client that does not mind that the server dies: it asks where it was and goes on. Resolves to the task's id. */
export function sendResumably(url: string, bytes: Buffer, filename: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let taskId: string | undefined;
  const upload = new Upload(bytes, {
    endpoint: `${url}/api/v1/uploads`,
    headers: asAdmin,
    metadata: { filename, filetype: 'image/png' },
    retryDelays: Array<number>(400).fill(25),
    onShouldRetry: (error) => {
      const status = error.originalResponse?.getStatus() ?? 0;
      return status < 400 || status >= 500 || status === 423;
    },
    onAfterResponse: (_request, response) => {
      taskId = response.getHeader('X-Task-Id') ?? taskId;
    },
    onSuccess: () => (taskId ? resolve(taskId) : reject(new Error(`No answer named the task of ${filename}.`))),
    onError: reject,
  });
  upload.start();
  return promise;
}
