import { DarkroomError } from '#core/errors.ts';

const word = '[A-Za-z0-9_-]+';
const groupPattern = new RegExp(`^(?:${word}\\.)?${word}$`);
const prefix = 'kafka_consumer.';

/** The name of the consumer of a group, where nothing else is asked for. */
export function consumerName(group: string): string {
  return prefix + group;
}

/**
 * A group is `{service}.{group}` or a plain `{group}`; its consumer's name is `kafka_consumer.` and the group, with or
 * without the service. Throws `invalid_config` that says what was expected.
 */
export function checkNames(name: string, group: string): void {
  if (group.length > 200 || !groupPattern.test(group)) {
    throw new DarkroomError(
      'invalid_config',
      `${JSON.stringify(group)} is not a consumer group: it takes {service}.{group} or {group}, of letters, digits, _ and -, at most 200 in all.`,
    );
  }
  const expected = new Set([consumerName(group), consumerName(group.slice(group.indexOf('.') + 1))]);
  if (expected.has(name)) return;
  throw new DarkroomError(
    'invalid_config',
    `${JSON.stringify(name)} is not the name of a consumer of the group ${group}: it takes ${[...expected].join(' or ')}.`,
  );
}
