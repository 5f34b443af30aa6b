import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { host } from './layout.ts';
import { liveNodes, untilServing } from './readiness.ts';

/** A broker that knows these nodes at one question after the other; where it is null, it hangs up. */
async function brokerThatKnows(...answers: (number[] | null)[]) {
  const left = [...answers];
  const server = createServer((socket) => {
    socket.once('data', () => {
      const nodes = left.shift();
      if (!nodes) return socket.destroy();
      return socket.write(metadataOf(nodes));
    });
  }).listen(0, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, left };
}

/** A response to Metadata: size, correlation id, throttle time, brokers. */
function metadataOf(nodes: number[]): Buffer {
  const int32 = (value: number) => Buffer.from([0, 0, 0, value]);
  const text = Buffer.from('\0\x04host');
  const noRack = Buffer.from([255, 255]);
  const brokers = nodes.flatMap((node) => [int32(node), text, int32(92), noRack]);
  const body = Buffer.concat([int32(0), int32(0), int32(nodes.length), ...brokers]);
  return Buffer.concat([int32(body.length), body]);
}

test('the live nodes are those that a broker lists', async () => {
  const { port } = await brokerThatKnows([3, 1]);
  expect(await liveNodes(port)).toEqual([1, 3]);
});

test('a broker serves once it answers and knows every node', async () => {
  const { port, left } = await brokerThatKnows(null, [], [1], [2, 1], [9]);
  await untilServing(port, [1, 2], AbortSignal.timeout(10_000));
  expect(left).toEqual([[9]]);
});

test('nobody waits for a broker that has ended', async () => {
  const { port } = await brokerThatKnows();
  const ended = new AbortController();
  const waiting = untilServing(port, [1], ended.signal);
  ended.abort();
  await expect(waiting).rejects.toThrow('aborted');
});
