import { expect, test } from 'vitest';
import { checkNames, consumerName } from './names.ts';

test('a group is plain or has its service before it, and the name follows from it', () => {
  const names = [
    ['kafka_consumer.image-processing', 'image-processing'],
    ['kafka_consumer.image-processing', 'darkroom.image-processing'],
    ['kafka_consumer.darkroom.image-processing', 'darkroom.image-processing'],
    [consumerName('websocket-service'), 'websocket-service'],
  ] as const;
  for (const [name, group] of names) expect(() => checkNames(name, group)).not.toThrow();
});

test.each(['', '.', 'a.', '.a', 'a.b.c', 'a b', 'grüppe', 'x'.repeat(201)])('%j is refused as a group', (group) => {
  expect(() => checkNames(consumerName(group), group)).toThrow(/is not a consumer group: it takes \{service\}/);
});

test('a name that is not of the group is refused with the one that is', () => {
  expect(() => checkNames('process', 'darkroom.image-processing')).toThrow(
    '"process" is not the name of a consumer of the group darkroom.image-processing: it takes ' +
      'kafka_consumer.darkroom.image-processing or kafka_consumer.image-processing.',
  );
  expect(() => checkNames('kafka_consumer.b', 'a')).toThrow(expect.objectContaining({ code: 'invalid_config' }));
});
