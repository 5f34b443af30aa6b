import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { exchange } from './exchange.ts';
import { host } from './layout.ts';

const pollMs = 25;
const answerMs = 2000;
const metadata = 3;
const ofNoTopic = Buffer.alloc(5);

/** Resolves once the broker at the port answers and knows all these nodes to be alive. */
export async function untilServing(port: number, nodes: number[], signal: AbortSignal): Promise<void> {
  for (;;) {
    const alive = await liveNodes(port);
    if (nodes.every((node) => alive.includes(node))) return;
    await setTimeout(pollMs, undefined, { signal });
  }
}

/** The nodes that the broker at the port tells its clients about: those that serve. None while nobody answers there. */
export async function liveNodes(port: number): Promise<number[]> {
  const socket = connect({ port, host, timeout: answerMs });
  socket.once('timeout', () => socket.destroy());
  try {
    return nodesIn(await exchange(socket, metadata, 5, ofNoTopic));
  } catch {
    return [];
  } finally {
    socket.destroy();
  }
}

/** The broker ids in the response: size, correlation id, throttle time, then id, host, port and rack of each broker. */
function nodesIn(response: Buffer): number[] {
  let position = 12;
  const readInt32 = () => response.readInt32BE((position += 4) - 4);
  const skipString = () => (position += 2 + Math.max(0, response.readInt16BE(position)));
  const nodes = Array.from({ length: readInt32() }, () => {
    const id = readInt32();
    skipString();
    readInt32();
    skipString();
    return id;
  });
  return nodes.toSorted((a, b) => a - b);
}
