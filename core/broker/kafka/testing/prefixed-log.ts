import type { LogReader, Member, MessageLog, Share } from '../../log/message-log.ts';

/** A part of a log of its own: topics and groups that begin with the prefix, under the names that follow it. */
export function prefixedLog(log: MessageLog, prefix: string): MessageLog {
  const add = <T extends { topic: string }>(each: T): T => ({ ...each, topic: prefix + each.topic });
  const remove = <T extends { topic: string }>(each: T): T => ({ ...each, topic: each.topic.slice(prefix.length) });
  const memberOf = (member: Member): Member => ({
    ...member,
    group: prefix + member.group,
    topics: member.topics.map((topic) => prefix + topic),
  });
  const shareOf = ({ leases, surplus }: Share): Share => ({ leases: leases.map(remove), surplus: surplus.map(remove) });

  return {
    ensureTopics: (topics) => log.ensureTopics(topics.map((topic) => ({ ...topic, name: prefix + topic.name }))),
    append: (topic, messages) => log.append(prefix + topic, messages),
    offsets: (topic) => log.offsets(prefix + topic),
    async lag(group, topics) {
      const lags = await log.lag(
        prefix + group,
        topics.map((topic) => prefix + topic),
      );
      return lags.map(remove);
    },
    openReader(): LogReader {
      const reader = log.openReader();
      return {
        fetch: async (positions, max, signal) => (await reader.fetch(positions.map(add), max, signal)).map(remove),
        close: () => reader.close(),
      };
    },
    sync: async (member, signal) => shareOf(await log.sync(memberOf(member), signal)),
    release: (member, leases) => log.release(memberOf(member), leases.map(add)),
    leave: (member) => log.leave(memberOf(member)),
    commit: (member, lease, offset, metadata) => log.commit(memberOf(member), add(lease), offset, metadata),
    onGroupChange: (group, listener) => log.onGroupChange(prefix + group, listener),
    ping: () => log.ping(),
    close: () => log.close(),
  };
}
