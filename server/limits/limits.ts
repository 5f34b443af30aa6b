import type { Config } from '#core/config.ts';
import { UploadsAtOnce } from './at-once.ts';
import { RateLimit } from './rate-limit.ts';
import { SignInLimits } from './sign-ins.ts';
import { Unfinished } from './unfinished.ts';

/** How much and how fast, of this server process. What people may keep in all is counted in the database. */
export interface Limits {
  /** By person, or by network where nobody is signed in. */
  requests: RateLimit;
  /** Pictures, by person. */
  uploads: RateLimit;
  signIns: SignInLimits;
  /** Beginnings of a single sign-on, by network: each is kept until it is over. */
  signOns: RateLimit;
  uploadsAtOnce: UploadsAtOnce;
  unfinished: Unfinished;
}

const seconds = 60;

export function openLimits(config: Config): Limits {
  return {
    requests: new RateLimit({ points: config.RATE_LIMIT_REQUESTS, seconds }),
    uploads: new RateLimit({ points: config.RATE_LIMIT_UPLOADS, seconds }),
    signIns: new SignInLimits(config.RATE_LIMIT_SIGN_INS),
    signOns: new RateLimit({ points: 6 * config.RATE_LIMIT_SIGN_INS, seconds }),
    uploadsAtOnce: new UploadsAtOnce(config.UPLOADS_AT_ONCE),
    unfinished: new Unfinished(),
  };
}
