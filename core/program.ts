import { DarkroomError, type ErrorCode } from './errors.ts';

/** What starting again cannot help. The supervisor knows it by the exit code. */
const hopeless = new Set<ErrorCode>(['invalid_config', 'pending_migrations']);
const cannotStart = 78;

/**
 * Runs a program to its end. It ends with 0 when `main` resolves; where it rejects, with what is wrong on standard error,
 * in one line if the error is one that Darkroom names, and 78 (EX_CONFIG) if starting again cannot help, else 1. `main` is
 * given what resolves when a signal, or the end of the parent, says stop; a second signal kills.
 */
export function runProgram(name: string, main: (toldToStop: Promise<void>) => Promise<void>): void {
  main(stopSignal()).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`Darkroom's ${name} ended: ${wordsOf(error)}\n`);
      process.exit(error instanceof DarkroomError && hopeless.has(error.code) ? cannotStart : 1);
    },
  );
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['SIGTERM', 'SIGINT', 'SIGHUP', 'disconnect']) process.once(event, () => resolve());
  });
}

function wordsOf(error: unknown): string {
  if (error instanceof DarkroomError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
