import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ChildMessage, DevelopRequest } from '../protocol.ts';

/**
 * A decoder child for tests. The "picture" is a line of words, one for each time it runs; the last one goes on. What it
 * answers names its process, so that a test sees who shared a child.
 */
const held = new Set<DevelopRequest>();
const hoard: Buffer[] = [];

const words: Record<string, (request: DevelopRequest) => void> = {
  good: finish,
  wait: () => {},
  /** Ends only where it is alone. */
  patient: (request) => void (held.size === 1 && finish(request)),
  hang,
  'hang-in-company': () => void setInterval(() => held.size > 1 && hang(), 1),
  crash: die,
  'crash-in-company': () => void setInterval(() => held.size > 1 && die(), 1),
  grow: () => void setInterval(() => hoard.push(Buffer.alloc(16 << 20, 1)), 1),
  damaged: ({ job }) => say({ type: 'failed', job, code: 'damaged_image', detail: 'It is damaged.' }),
  full: ({ job }) => say({ type: 'failed', job, code: 'storage_full', detail: 'No room.' }),
  babble: () => void process.send?.({ type: 'nonsense' }),
  lie: ({ job }) => {
    say({ type: 'derivative', job, derivative: { name: 'passwd', format: 'webp', width: 1, height: 1, bytes: 1 } });
    say({ type: 'done', job, warnings: [] });
  },
};

process.on('disconnect', die);
process.on('message', (request: DevelopRequest) => {
  held.add(request);
  const line = readFileSync(request.input, 'utf8').split(' ');
  const word = line[Math.min(timesRun(request), line.length) - 1] ?? 'good';
  say({ type: 'known', job: request.job, placeholder: 'AAAA', metadata: { format: 'jpeg' } });
  words[word]?.(request);
});
say({ type: 'ready' });

/** How often this job has run, in this child and those before it. */
function timesRun({ job, derivatives }: DevelopRequest): number {
  const path = join(dirname(derivatives[0]?.output ?? ''), `runs-${job}`);
  const times = (existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0) + 1;
  writeFileSync(path, `${times}`);
  return times;
}

function finish(request: DevelopRequest): void {
  const { job, derivatives } = request;
  for (const { name, format, width, output } of derivatives) {
    writeFileSync(output, `${name} of ${job}`);
    say({ type: 'derivative', job, derivative: { name, format, width, height: width, bytes: 0 } });
  }
  say({ type: 'done', job, warnings: [`pid ${process.pid}`, `held ${held.size}`] });
  held.delete(request);
}

function hang(): void {
  for (;;);
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

function say(message: ChildMessage): void {
  process.send?.(message);
}
