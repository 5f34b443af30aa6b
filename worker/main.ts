import { readConfig } from '#core/config.ts';
import { toDarkroomError, type ErrorCode } from '#core/errors.ts';
import { openServices } from '#core/services.ts';
import { runWorker } from './run.ts';

/** Ends with 0 when told to; with one line and 1, or 78 where a restart cannot help, when it cannot start or go on. */
async function main(): Promise<void> {
  const stopping = toldToStop();
  await using services = await openServices(readConfig(), 'worker');
  const worker = await runWorker(services);
  process.send?.({ ready: true });
  try {
    await Promise.race([stopping, worker.ended]);
  } finally {
    await worker.stop();
  }
}

function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    process.once('disconnect', () => resolve());
  });
}

/** What a restart cannot help; the supervisor knows it by this exit code (EX_CONFIG). */
const hopeless = new Set<ErrorCode>(['invalid_config', 'pending_migrations']);

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const { code, message, cause } = toDarkroomError(error);
    const reason = code === 'internal' && cause instanceof Error ? cause.message : message;
    process.stderr.write(`Darkroom's worker ended: ${reason}\n`);
    process.exit(hopeless.has(code) ? 78 : 1);
  },
);
