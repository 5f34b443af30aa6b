import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DarkroomError } from '#core/errors.ts';
import type { Derivative } from '#core/domain/task.ts';
import type { Decoder } from './decoder.ts';
import type { Job } from './job.ts';
import type { ScratchFolder } from './scratch.ts';

/**
 * Lets a child develop a job. Resolves to warnings once every derivative is where the job wants it; `onLeft` is told as
 * soon as the child has nothing more to do for it. The clock runs from the moment the child is asked.
 */
export async function attempt(
  job: Job,
  decoder: Decoder,
  folder: ScratchFolder,
  { timeoutMs, onLeft, ...limits }: { timeoutMs: number; maxPixels: number; maxFrames: number; onLeft: () => void },
): Promise<string[]> {
  const input = join(folder.input, `${job.id}`);
  const derivatives = job.picture.derivatives.map((recipe) => ({
    ...recipe,
    output: join(folder.out, `${job.id}-${recipe.name}.${recipe.format}`),
  }));
  const leftovers = derivatives.map(({ output }) => output);
  const written: Promise<void>[] = [];
  const onDerivative = (derivative: Derivative) => {
    const output = derivatives.find(
      ({ name, format }) => name === derivative.name && format === derivative.format,
    )?.output;
    const moving =
      output === undefined
        ? Promise.reject(unexpectedly('spoke of a derivative it was not asked for'))
        : job.picture.onWritten(derivative, output);
    moving.catch(() => undefined);
    written.push(moving);
  };
  const cancel = () => decoder.end('cancelled');
  let clock: NodeJS.Timeout | undefined;
  try {
    await job.picture.fetch(input);
    job.signal.throwIfAborted();
    if (!job.begun) await job.picture.onBegin();
    job.begun = true;
    job.signal.throwIfAborted();
    job.signal.addEventListener('abort', cancel);
    clock = setTimeout(() => decoder.end('timed_out'), timeoutMs);
    const request = { job: job.id, input, derivatives, ...limits };
    const last = await decoder.develop(request, (message) => {
      if (message.type === 'known') job.picture.onKnown(message);
      if (message.type === 'derivative') onDerivative(message.derivative);
    });
    onLeft();
    if (last.type === 'failed') throw new DarkroomError(last.code, last.detail);
    if (written.length < derivatives.length) throw unexpectedly('did not make every derivative');
    await Promise.all(written);
    leftovers.length = 0;
    return last.type === 'done' ? last.warnings : [];
  } finally {
    clearTimeout(clock);
    job.signal.removeEventListener('abort', cancel);
    await Promise.allSettled(written);
    await Promise.allSettled([input, ...leftovers].map((path) => unlink(path)));
  }
}

function unexpectedly(did: string): DarkroomError {
  return new DarkroomError('decoder_crashed', `The decoder ${did}.`);
}
