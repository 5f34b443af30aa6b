import { DarkroomError } from '#core/errors.ts';

export function unknownTopic(topic: string): DarkroomError {
  return new DarkroomError('invalid_config', `There is no topic ${topic}.`);
}

export function partitionMismatch(topic: string, has: number, wanted: number): DarkroomError {
  return new DarkroomError(
    'invalid_config',
    `Topic ${topic} has ${has} partitions and the settings ask for ${wanted}. Set its KAFKA_TOPIC_…_PARTITIONS to ${has}, or make the topic anew once all that is in it is done: with another number, keys would change their partition and lose their order.`,
  );
}
