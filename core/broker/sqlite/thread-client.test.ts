import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { ThreadClient } from './thread-client.ts';

interface Calls {
  wait(): void;
  fail(): void;
}

const thread = `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ name }) => { if (name === 'fail') throw new Error('out of luck'); });`;

test('when the thread dies, what it was asked and all that it is asked later rejects with broker_unavailable', async () => {
  const script = new URL(`data:text/javascript,${encodeURIComponent(thread)}`);
  const options = {
    path: '',
    leaseMs: 1,
    stallMs: 1,
    retentionEveryMs: 1,
    workKeptMs: 1,
    wake: new MessageChannel().port1,
  };
  let failures = 0;
  const listener = { groupChanged: () => {}, failed: () => (failures += 1) };
  const client = new ThreadClient<Calls>(script, options, listener);
  const gone = { code: 'broker_unavailable', message: expect.stringContaining('out of luck') };
  const asked = [client.call('wait'), client.call('fail'), client.call('wait')];
  for (const call of asked) await expect(call).rejects.toMatchObject(gone);
  await client.exited;
  await expect(client.call('wait')).rejects.toMatchObject(gone);
  expect(failures).toBe(1);
});
