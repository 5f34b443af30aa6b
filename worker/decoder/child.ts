import { writeFile } from 'node:fs/promises';
import { develop, TooManyFrames, TooManyPixels } from './develop.ts';
import { readOnlyWhatIsTaken } from './loaders.ts';
import { inPlainWords } from './plain-words.ts';
import type { ChildMessage, DevelopRequest, FailureCode } from './protocol.ts';

/**
 * The decoder child: a program of its own, so that whatever a picture does to a decoder it does here. Takes requests over
 * the channel to its parent, several at once, and dies with it.
 */
readOnlyWhatIsTaken();
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', (request: DevelopRequest) => void answer(request));
say({ type: 'ready' });

async function answer({ job, input, derivatives, maxPixels, maxFrames }: DevelopRequest): Promise<void> {
  try {
    const warnings = await develop({
      input,
      derivatives,
      maxPixels,
      maxFrames,
      onKnown: (known) => say({ type: 'known', job, ...known }),
      onEncoded: async ({ name, format, output }, size, file) => {
        await write(output, file);
        say({ type: 'derivative', job, derivative: { name, format, ...size, bytes: file.length } });
      },
    });
    say({ type: 'done', job, warnings });
  } catch (error) {
    say({ type: 'failed', job, ...explain(error) });
  }
}

/** A failed write is never the picture's fault. */
class WriteFailed extends Error {}

async function write(path: string, file: Buffer): Promise<void> {
  await writeFile(path, file).catch((cause: unknown) => Promise.reject(new WriteFailed('Not written', { cause })));
}

function explain(error: unknown): { code: FailureCode; detail: string } {
  if (error instanceof TooManyPixels) return { code: 'too_many_pixels', detail: error.message };
  if (error instanceof TooManyFrames) return { code: 'too_many_frames', detail: error.message };
  if (!(error instanceof WriteFailed)) return inPlainWords(error);
  const { code } = error.cause as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return { code: 'storage_full', detail: 'There is no room left for derivatives.' };
  return { code: 'storage_unavailable', detail: `A derivative could not be written (${code}).` };
}

function say(message: ChildMessage): void {
  process.send?.(message);
}
