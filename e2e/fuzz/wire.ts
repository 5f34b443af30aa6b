import { connect } from 'node:net';

/** Longer than the server lets anybody keep it waiting. */
const hangUpWithinMs = 60_000;
/** A client that hears nothing hangs up, and so does one that has heard an answer and no more. */
const patienceMs = { first: 400, more: 25 };

/**
 * Sends bytes as they are, piece by piece, listens, and ends its half of the connection. Resolves to all that came back,
 * once the server has hung up as well; rejects where it does not.
 */
export function exchange(url: string, pieces: Buffer[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
  let heard = '';
  let listening = setTimeout(() => socket.end(), patienceMs.first);
  socket.setTimeout(hangUpWithinMs, () => reject(new Error('The connection was left open.')));
  socket.setEncoding('latin1').on('data', (part: string) => {
    heard += part;
    clearTimeout(listening);
    listening = setTimeout(() => socket.end(), patienceMs.more);
  });
  // To be cut off is an answer too.
  socket.on('error', () => {}).on('end', () => socket.destroy());
  socket.on('close', () => resolve(heard));
  for (const piece of pieces) socket.write(piece);
  return promise.finally(() => {
    clearTimeout(listening);
    socket.destroy();
  });
}

/** The status of every answer that was heard, in order. */
export function statusesOf(heard: string): number[] {
  return [...heard.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}
