// @ts-check

/** kafkajs asks for timers in the past when it has nothing to hold back. */
const quiet = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];

/**
 * Flags of Node for each program. The server's young generation stays small: what streams through it would otherwise grow it
 * by some 50 MB before anything is collected.
 */
export const nodeFlags = {
  server: [...quiet, '--max-semi-space-size=2'],
  worker: quiet,
  script: quiet,
};
