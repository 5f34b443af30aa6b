import { DarkroomError } from '#core/errors.ts';

/** Protocol errors by what is to be done about them, by the names of Kafka's error table. */
const rejoin = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION']);
const expelled = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);
const moved = new Set(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION']);
const lostConnections = new Set(['KafkaJSConnectionClosedError', 'KafkaJSRequestTimeoutError']);
const refusals = /AUTHORIZATION_FAILED$|^SASL_AUTHENTICATION_FAILED$|^UNSUPPORTED_SASL_MECHANISM$|^ILLEGAL_SASL_STATE$/;
/** What Node says of a certificate it does not trust, and of an answer that is no TLS. */
const untrusted = /CERT|^UNABLE_TO_VERIFY|^ERR_TLS_|^ERR_SSL_|^EPROTO$/;
const noTopic = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);

/** The group is being shared out anew: join again; what is held stays held. */
export function mustRejoin(error: unknown): boolean {
  return rejoin.has(typeOf(error));
}

/** The coordinator does not know this member: all it held is lost. */
export function wasExpelled(error: unknown): boolean {
  return expelled.has(typeOf(error));
}

export function isUnknownTopic(error: unknown): boolean {
  return noTopic.has(typeOf(error));
}

/** True where the brokers answer, and do not take who we are; or where we do not take who they are. */
export function isRefusal(error: unknown): boolean {
  return causes(error).some((cause) => {
    const { name, type, code } = cause as { name: string; type?: unknown; code?: unknown };
    if (name === 'KafkaJSSASLAuthenticationError') return true;
    return refusals.test(typeof type === 'string' ? type : '') || untrusted.test(typeof code === 'string' ? code : '');
  });
}

/** True where another broker has to be asked. */
export function isStale(error: unknown): boolean {
  return moved.has(typeOf(error));
}

/** The address of a connection that is closed or silent, so that it can be given up. */
export function lostConnection(error: unknown): { host: string; port: number } | null {
  const lost = causes(error).find(({ name }) => lostConnections.has(name)) as { broker?: unknown } | undefined;
  if (typeof lost?.broker !== 'string') return null;
  const end = lost.broker.lastIndexOf(':');
  return { host: lost.broker.slice(0, end), port: Number(lost.broker.slice(end + 1)) };
}

/** True where Kafka answered, with what kafkajs cannot decode: a compression it does not know, or damaged bytes. */
export function isUnreadable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  const isZlib = typeof code === 'string' && /^Z(STD)?_/.test(code);
  return error.name === 'KafkaJSNotImplemented' || error instanceof RangeError || isZlib;
}

/** Any error of the client as one of Darkroom's. */
export function unavailable(error: unknown): DarkroomError {
  if (error instanceof DarkroomError) return error;
  const reason = reasonOf(error);
  return new DarkroomError('broker_unavailable', `Kafka: ${reason}`, { cause: error });
}

/** What the innermost cause says. */
export function reasonOf(error: unknown): string {
  return causes(error).at(-1)?.message ?? String(error);
}

function typeOf(error: unknown): string {
  for (const cause of causes(error)) {
    const { type } = cause as { type?: unknown };
    if (typeof type === 'string') return type;
  }
  return '';
}

/** The error and what it was caused by, outermost first; where it gathers several, what the first was caused by. */
function causes(error: unknown): Error[] {
  const found: Error[] = [];
  let next: unknown = error;
  while (next instanceof Error && !found.includes(next)) {
    found.push(next);
    const { errors } = next as { errors?: unknown };
    next = Array.isArray(errors) ? errors[0] : next.cause;
  }
  return found;
}
