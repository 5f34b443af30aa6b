import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MessageBroker } from '#core/broker/broker.ts';
import { ConsumerList } from '#core/domain/api.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Services } from '#core/services.ts';
import { buildApp, type App } from '#server/app.ts';
import { around } from '#server/fixtures/around.ts';
import { asOwner } from '#server/fixtures/people.ts';
import { openTestServices } from '#server/fixtures/services.ts';

let services: Services;
let app: App;

beforeEach(async () => {
  services = await openTestServices();
});
afterEach(async () => {
  await app.close();
  await services[Symbol.asyncDispose]();
});

/** Asks a server that works with this broker. */
async function start(broker: MessageBroker = services.broker): Promise<() => Promise<Response>> {
  app = await buildApp({ ...services, broker }, { identify: asOwner });
  const url = await app.listen();
  return () => fetch(`${url}/api/v1/consumers`);
}

test('every consumer group is named with what it reads and how far it is behind', async () => {
  const { processing, updates } = services.topics;
  const message = { key: 'k', value: Buffer.from('{}'), headers: {} };
  await services.broker.publish(processing, [message, message]);
  const ask = await start();
  const { items } = ConsumerList.parse(await (await ask()).json());
  expect(items.map(({ name, group, topics }) => [name, group, topics])).toEqual([
    ['process', 'image-processing', [processing]],
    ['project', 'task-projection', [updates]],
    ['dead-letters', 'dead-letters', expect.arrayContaining([`${processing}.dlq`, `${updates}.dlq`])],
  ]);
  const [process, project] = items;
  expect(process?.lag).toEqual({ messages: 2, seconds: expect.any(Number) });
  expect(project?.lag).toEqual({ messages: 0, seconds: 0 });
  expect(process?.partitions).toHaveLength(services.config.KAFKA_TOPIC_IMAGE_PROCESSING_PARTITIONS);
  expect(process?.partitions.find(({ lag }) => lag.messages > 0)).toMatchObject({ committed: null, next: 2 });
});

test('many who ask at once cost the broker one question for each group', async () => {
  const asked: string[] = [];
  const lag: MessageBroker['lag'] = (group, topics) => {
    asked.push(group);
    return services.broker.lag(group, topics);
  };
  const ask = await start(around(services.broker, { lag }));
  const answers = await Promise.all(Array.from({ length: 50 }, ask));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(asked.toSorted()).toEqual(['dead-letters', 'image-processing', 'task-projection']);
});

test('while the broker is away the answer is 503 and says so', async () => {
  const lag = () => Promise.reject(new DarkroomError('broker_unavailable', 'The broker is away.'));
  const ask = await start(around(services.broker, { lag }));
  const answer = await ask();
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ code: 'broker_unavailable', detail: 'The broker is away.' });
});
