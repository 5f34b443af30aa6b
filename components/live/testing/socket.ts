import type { Scope, SubscribeAnswer } from '../../../core/domain/live.ts';
import type { LiveSocket, SocketEvents } from '../../socket.ts';

/** A connection in memory: the test says what the server says. */
export function memorySocket() {
  let events: SocketEvents | null = null;
  const asked: { scope: Scope; since: string; answer: (answer: SubscribeAnswer) => void }[] = [];
  const left: Scope[] = [];
  const socket: LiveSocket = {
    subscribe: (scope, since) => new Promise((answer) => asked.push({ scope, since, answer })),
    unsubscribe: (scope) => void left.push(scope),
    close: () => {},
  };
  return {
    asked,
    /** The scopes that were no longer wanted. */
    left,
    connect: (handlers: SocketEvents): LiveSocket => {
      events = handlers;
      return socket;
    },
    server: () => {
      if (!events) throw new Error('Nobody has connected.');
      return events;
    },
  };
}
