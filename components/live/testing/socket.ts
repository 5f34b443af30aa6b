import type { SubscribeAnswer } from '../../../core/domain/live.ts';
import type { LiveSocket, SocketEvents } from '../../socket.ts';

/** A connection in memory: the test says what the server says. */
export function memorySocket() {
  let events: SocketEvents | null = null;
  const asked: { since: string; answer: (answer: SubscribeAnswer) => void }[] = [];
  const socket: LiveSocket = {
    subscribe: (since) => new Promise((answer) => asked.push({ since, answer })),
    close: () => {},
  };
  return {
    asked,
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
