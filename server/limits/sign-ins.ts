import { createHash } from 'node:crypto';
import { networkOf } from './network.ts';
import { RateLimit, rateLimited } from './rate-limit.ts';

/** Somebody tries to get in. `email`: whose account it is about; null where that is not known. */
export interface SignInAttempt {
  email: string | null;
  address: string;
}

const seconds = 15 * 60;
/** How much more all emails from one address, and all addresses for one email, may fail together. */
const widely = 10;

/**
 * How often signing in, and whatever else guesses at secrets, may fail in a quarter of an hour: for one email from one
 * address, for one address, for one email. An attempt counts as failed from the moment it is made until it succeeds, so
 * that a thousand at once are no more than ten in a row.
 */
export class SignInLimits {
  readonly #pairs: RateLimit;
  readonly #addresses: RateLimit;
  readonly #emails: RateLimit;

  constructor(points: number) {
    this.#pairs = new RateLimit({ points, seconds });
    this.#addresses = new RateLimit({ points: widely * points, seconds });
    this.#emails = new RateLimit({ points: widely * points, seconds });
  }

  /** To be asked before anything is looked at, the right password included. Throws `rate_limited`. */
  async check(attempt: SignInAttempt): Promise<void> {
    const counts = this.#countsOf(attempt);
    const waits = await Promise.all(counts.map(({ limit, key }) => limit.tryTake(key)));
    const wait = Math.max(...waits.map((secondsToWait) => secondsToWait ?? 0));
    if (wait === 0) return;
    // What is refused is no failure: it would let one address lock an email for all others.
    await giveBack(counts);
    throw rateLimited(wait);
  }

  /** It was the one it claimed to be: this attempt is no failure, and those before it from there are forgotten. */
  async succeeded(attempt: SignInAttempt): Promise<void> {
    const [pair, ...others] = this.#countsOf(attempt);
    await pair.limit.forget(pair.key);
    await giveBack(others);
  }

  #countsOf({ email, address }: SignInAttempt): [Count, ...Count[]] {
    const network = networkOf(address);
    const account = digest(email ?? '');
    const byEmail = email === null ? [] : [{ limit: this.#emails, key: account }];
    return [{ limit: this.#pairs, key: `${account} ${network}` }, { limit: this.#addresses, key: network }, ...byEmail];
  }
}

interface Count {
  limit: RateLimit;
  key: string;
}

async function giveBack(counts: Count[]): Promise<void> {
  for (const { limit, key } of counts) await limit.giveBack(key);
}

/** Of one length, however long the email that somebody sends. */
function digest(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
}
