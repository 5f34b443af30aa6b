import type { RequestError } from '../api.ts';
import { duration } from '../shell/format.ts';

/** What is told where a request was refused for no fault of what was typed. */
export function refusalWords(error: RequestError): string {
  if (error.status === 0) return 'The server cannot be reached. Try again in a moment.';
  if (error.code !== 'rate_limited') return error.message;
  const { retryAfterSeconds: seconds } = error;
  return `Too many attempts. Try again ${seconds ? `in ${duration(seconds * 1000)}` : 'in a while'}.`;
}

/** What is wrong with an email, as far as can be told without asking. */
export function emailProblem(email: string): string | undefined {
  if (email === '') return 'Enter an email.';
  return /^\S+@\S+\.\S+$/.test(email) ? undefined : 'This does not look like an email.';
}

/** The errors that there are. */
export function onlyProblems(problems: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(problems).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
