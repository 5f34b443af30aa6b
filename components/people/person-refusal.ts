import { RequestError } from '../api.ts';
import { refusalWords } from '../account/refusal.ts';

/** Why a person was not changed, in words. */
export function personRefusal(error: Error): string {
  if (!(error instanceof RequestError)) return error.message;
  if (error.code === 'last_admin') return 'This is the last admin. Make somebody else an admin first.';
  if (error.code === 'email_taken') return 'Somebody with this email is here already.';
  return refusalWords(error);
}
