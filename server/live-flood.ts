import type { Log } from '#core/telemetry/log.ts';
import type { LiveServer, LiveSocket } from './live-socket.ts';

/** A page sends two packets when it connects, one for each thing it watches, and one each 25 s to say that it lives. */
const mostPackets = 100;
const withinMs = 10_000;

/**
 * Ends a connection that sends packets faster than any page does, whatever is in them. What comes after the last one that
 * is allowed is not looked at.
 */
export function endFloods(io: LiveServer, log: Log): void {
  const joined = new WeakMap<object, LiveSocket>();
  io.on('connection', (socket) => void joined.set(socket.conn, socket));
  io.engine.on('connection', (connection: LiveSocket['conn']) => {
    let since = performance.now();
    let count = 0;
    connection.on('packet', () => {
      const now = performance.now();
      if (now - since >= withinMs) [since, count] = [now, 0];
      count += 1;
      if (count !== mostPackets + 1) return;
      log.warn({ packets: count, ms: Math.round(now - since) }, 'ended a socket that sent too much');
      const socket = joined.get(connection);
      if (socket) socket.disconnect(true);
      else connection.close(true);
    });
  });
}
