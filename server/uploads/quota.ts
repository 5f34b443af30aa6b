import { DarkroomError } from '#core/errors.ts';

/** There is no room left for a picture. */
export function overQuota(): DarkroomError {
  return new DarkroomError('quota_exceeded', 'There is no room left for this picture: delete others, or ask an admin.');
}
