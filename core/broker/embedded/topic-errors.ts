import { DarkroomError } from '#core/errors.ts';

export function unknownTopic(topic: string): DarkroomError {
  return new DarkroomError('invalid_config', `There is no topic ${topic}.`);
}

export function partitionMismatch(topic: string, has: number, wanted: number): DarkroomError {
  return new DarkroomError('invalid_config', `Topic ${topic} has ${has} partitions and cannot have ${wanted}.`);
}
