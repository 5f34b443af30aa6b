import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { host } from './layout.ts';

const pollMs = 25;
const answerMs = 1000;

/** Resolves once the broker at the port answers and knows all these nodes to be alive. */
export async function untilServing(port: number, nodes: number[], signal: AbortSignal): Promise<void> {
  for (;;) {
    const alive = await liveNodes(port);
    if (nodes.every((node) => alive.includes(node))) return;
    await setTimeout(pollMs, undefined, { signal });
  }
}

/** The nodes that the broker at the port tells its clients about: those that serve. None while nobody answers there. */
export function liveNodes(port: number): Promise<number[]> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: answerMs });
    let received = Buffer.alloc(0);
    socket.on('connect', () => socket.write(metadataRequest()));
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      resolve(nodesIn(received));
      socket.destroy();
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve([]));
  });
}

/** Metadata, version 5, for no topic. */
function metadataRequest(): Buffer {
  const request = Buffer.alloc(19);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(3, 4);
  request.writeInt16BE(5, 6);
  request.writeInt16BE(-1, 12);
  return request;
}

/** The broker ids in the response: size, correlation id, throttle time, then id, host, port and rack of each broker. */
function nodesIn(response: Buffer): number[] {
  let position = 12;
  const readInt32 = () => response.readInt32BE((position += 4) - 4);
  const skipString = () => (position += 2 + Math.max(0, response.readInt16BE(position)));
  return Array.from({ length: readInt32() }, () => {
    const id = readInt32();
    skipString();
    readInt32();
    skipString();
    return id;
  });
}
