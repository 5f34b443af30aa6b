import { dataFolderOf, host, type Layout, nodesOf, portOf, protocols } from './layout.ts';
import { toProperties } from './properties.ts';
import { user } from './storage.ts';

/** server.properties of the node. Made for a laptop: few threads, small buffers, and faults that are noticed in a second. */
export function serverProperties(layout: Layout, node: number): string {
  const copies = layout.nodes;
  const enough = Math.min(2, copies);
  return toProperties({
    'process.roles': 'broker,controller',
    'node.id': node,
    'log.dirs': dataFolderOf(layout, node),
    ...network(layout, node),
    ...security(layout),

    'broker.session.timeout.ms': 1000,
    'broker.heartbeat.interval.ms': 250,
    'controller.quorum.election.timeout.ms': 500,
    'controller.quorum.fetch.timeout.ms': 1000,
    'replica.lag.time.max.ms': 2000,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,

    'auto.create.topics.enable': false,
    'default.replication.factor': copies,
    'min.insync.replicas': enough,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.num.partitions': 2,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': enough,

    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    'num.recovery.threads.per.data.dir': 1,
    'log.cleaner.dedupe.buffer.size': 2 ** 21,
    ...layout.settings,
  });
}

/** Warnings to the console, which is the node's log file. */
export const loggingProperties = toProperties({
  'rootLogger.level': 'warn',
  'rootLogger.appenderRef.console.ref': 'console',
  'appender.console.name': 'console',
  'appender.console.type': 'Console',
  'appender.console.layout.type': 'PatternLayout',
  'appender.console.layout.pattern': '%d %p %c: %m%n%ex',
});

function network(layout: Layout, node: number) {
  const address = (listener: Parameters<typeof portOf>[2]) => `${listener}://${host}:${portOf(layout, node, listener)}`;
  const forClients = layout.protocols.map(address);
  const voters = nodesOf(layout).map((voter) => `${voter}@${host}:${portOf(layout, voter, 'CONTROLLER')}`);
  return {
    listeners: [...forClients, address('CONTROLLER')].join(),
    'advertised.listeners': forClients.join(),
    'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT', ...protocols.map((name) => `${name}:${name}`)].join(),
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': voters.join(),
  };
}

function security({ protocols: spoken, keystore }: Layout) {
  const modules = 'org.apache.kafka.common.security';
  const logins = {
    plain: `${modules}.plain.PlainLoginModule required user_${user.username}="${user.password}";`,
    'scram-sha-256': `${modules}.scram.ScramLoginModule required;`,
    'scram-sha-512': `${modules}.scram.ScramLoginModule required;`,
  };
  const jaas = spoken
    .filter((protocol) => protocol.startsWith('SASL'))
    .flatMap((protocol) =>
      Object.entries(logins).map(([mechanism, login]) => [
        `listener.name.${protocol.toLowerCase()}.${mechanism}.sasl.jaas.config`,
        login,
      ]),
    );
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    ...Object.fromEntries(jaas),
    ...(keystore && {
      'ssl.keystore.type': 'PKCS12',
      'ssl.keystore.location': keystore.path,
      'ssl.keystore.password': keystore.password,
      'ssl.key.password': keystore.password,
    }),
  };
}
