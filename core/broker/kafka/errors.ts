import { DarkroomError } from '#core/errors.ts';

/** Protocol errors by what is to be done about them, by the names of Kafka's error table. */
const rejoin = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION']);
const expelled = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);
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

/** True where the brokers answer, and do not take who we are. */
export function isRefusal(error: unknown): boolean {
  if (typeOf(error).endsWith('AUTHORIZATION_FAILED')) return true;
  return causes(error).some(({ name }) => name === 'KafkaJSSASLAuthenticationError');
}

/** The address of a connection that is closed, so that it can be forgotten. */
export function closedConnection(error: unknown): { host: string; port: number } | null {
  if (!(error instanceof Error) || error.name !== 'KafkaJSConnectionClosedError') return null;
  const { host, port } = error as { host?: unknown; port?: unknown };
  return typeof host === 'string' && typeof port === 'number' ? { host, port } : null;
}

/** Any error of the client as one of Darkroom's. */
export function unavailable(error: unknown): DarkroomError {
  if (error instanceof DarkroomError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new DarkroomError('broker_unavailable', `Kafka: ${reason}`, { cause: error });
}

function typeOf(error: unknown): string {
  for (const cause of causes(error)) {
    const { type } = cause as { type?: unknown };
    if (typeof type === 'string') return type;
  }
  return '';
}

/** The error and what it was caused by, outermost first. */
function causes(error: unknown): Error[] {
  const found: Error[] = [];
  for (let each = error; each instanceof Error && !found.includes(each); each = each.cause) found.push(each);
  return found;
}
