import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { type Kafka, type KafkaConfig, type LogEntry, type SASLOptions } from 'kafkajs';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import type { Config } from '#core/config.ts';
import { DarkroomError } from '#core/errors.ts';
import type { Log } from '#core/telemetry/log.ts';
import type { MessageBroker } from './broker.ts';
import { brokerOver } from './log/broker.ts';
import type { Admin, Cluster, KafkaClient, Producer } from './kafka/client.ts';
import { KafkaLog } from './kafka/kafka-log.ts';
import type { RetentionOptions } from './kafka/retention.ts';
import { Sockets } from './kafka/sockets.ts';

const { AssignerProtocol, CompressionCodecs, CompressionTypes } = kafkajs;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
  decompress,
});

// kafkajs looks at the queue of each connection a thousand times a second, for ever, also where nothing is in it.
const { scheduleCheckPendingRequests } = RequestQueue.prototype;
RequestQueue.prototype.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0) scheduleCheckPendingRequests.call(this);
};

// Of requests that find a connection closed, each opens it, and all but the last of these sockets are forgotten.
const { connect } = Connection.prototype;
const connecting = new WeakMap<Connection, Promise<void>>();
Connection.prototype.connect = function () {
  const opening = connecting.get(this) ?? connect.call(this).finally(() => connecting.delete(this));
  connecting.set(this, opening);
  return opening;
};

const hour = 3_600_000;
const retention: RetentionOptions = { everyMs: hour / 6, workKeptMs: 24 * hour };

/** Requests that fail are tried again so long by kafkajs: what lasts longer is said to whoever asked. */
const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 };
const requestTimeout = 10_000;
const connectionTimeout = 3_000;

/**
 * The broker over an Apache Kafka cluster. Connects when it is first used, and again after an outage; until then what needs
 * it rejects with `broker_unavailable`. Throws `invalid_config` where the certificates cannot be read.
 */
export function openKafkaBroker(config: Config, log: Log): MessageBroker {
  return brokerOver(openKafkaLog(config, log));
}

/** The cluster as a log; see `openKafkaBroker`. */
export function openKafkaLog(config: Config, log: Log, options: Partial<RetentionOptions> = {}): KafkaLog {
  const settings: KafkaConfig = {
    clientId: 'darkroom',
    brokers: config.KAFKA_BOOTSTRAP_SERVERS,
    ...security(config),
    connectionTimeout,
    authenticationTimeout: connectionTimeout,
    requestTimeout,
    retry,
    logCreator: () => (entry) => writeTo(log, entry),
  };
  return new KafkaLog({
    client: clientOf(settings, config),
    log,
    sessionMs: config.KAFKA_SESSION_TIMEOUT_MS,
    compresses: config.KAFKA_COMPRESSION !== 'none',
    retention: { ...retention, ...options },
  });
}

/** A client of kafkajs with connections of its own. */
interface Connected {
  kafka: Kafka;
  sockets: Sockets;
}

function clientOf(settings: KafkaConfig, config: Config): KafkaClient {
  const { MemberMetadata, MemberAssignment } = AssignerProtocol;
  const connect = () => {
    const sockets = new Sockets();
    return { kafka: new kafkajs.Kafka({ ...settings, socketFactory: sockets.factory }), sockets };
  };
  return {
    cluster: () => clusterOf(connect()),
    producer: () => producerOf(connect(), config),
    admin: () => adminOf(connect(), config.KAFKA_REPLICATION_FACTOR),
    membership: {
      encodeMetadata: (topics, userData) => MemberMetadata.encode({ version: 0, topics, userData }),
      decodeMetadata(metadata) {
        const decoded = MemberMetadata.decode(metadata);
        if (!decoded) throw new DarkroomError('internal', 'A member of the group says nothing of itself.');
        return decoded;
      },
      encodeAssignment: (assignment, userData) => MemberAssignment.encode({ version: 0, assignment, userData }),
      decodeAssignment: (assignment) => MemberAssignment.decode(assignment),
    },
  };
}

/** kafkajs hands the cluster of a consumer to whatever assigns partitions; the consumer itself is never started. */
function clusterOf({ kafka, sockets }: Connected): Cluster {
  let given: unknown;
  kafka.consumer({
    groupId: 'darkroom',
    allowAutoTopicCreation: false,
    metadataMaxAge: 60_000,
    partitionAssigners: [
      ({ cluster }) => {
        given = cluster;
        return {
          name: '',
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: '', metadata: Buffer.alloc(0) }),
        };
      },
    ],
  });
  const cluster = given as Omit<Cluster, 'close'>;
  const forget = cluster.removeBroker.bind(cluster);
  return Object.assign(cluster, {
    removeBroker(address: { host: string; port: number }) {
      forget(address);
      sockets.drop(address);
    },
    close: () => sockets.close(),
  });
}

function producerOf({ kafka, sockets }: Connected, { KAFKA_COMPRESSION }: Config): Producer {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: () => {
      return ({ message }) => message.partition ?? 0;
    },
    retry: { ...retry, retries: 8 },
  });
  const codec = KAFKA_COMPRESSION === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.ZSTD;
  return {
    connect: () => producer.connect(),
    disconnect: () => producer.disconnect().finally(() => sockets.close()),
    close: () => sockets.close(),
    send: (topicMessages, compressed) =>
      producer.sendBatch({ topicMessages, acks: -1, compression: compressed ? codec : CompressionTypes.None }),
  };
}

function adminOf({ kafka, sockets }: Connected, replicationFactor: number | undefined): Admin {
  const admin = kafka.admin();
  return {
    connect: () => admin.connect(),
    close: () => sockets.close(),
    async createTopics(topics) {
      const wanted = topics.map((topic) => ({ ...topic, replicationFactor: replicationFactor ?? -1 }));
      await admin.createTopics({ topics: wanted, waitForLeaders: true });
    },
    async listGroups() {
      const listed = await admin.listGroups();
      const consumers = listed.groups.filter(({ protocolType }) => protocolType === 'consumer');
      const { groups } = await admin.describeGroups(consumers.map(({ groupId }) => groupId));
      return groups.map(({ groupId, members }) => ({
        groupId,
        members: members.map(({ memberMetadata }) => memberMetadata),
      }));
    },
    deleteTopicRecords: (topic, partitions) => admin.deleteTopicRecords({ topic, partitions }),
  };
}

function security(config: Config): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const protocol = config.KAFKA_SECURITY_PROTOCOL;
  const ca = config.KAFKA_SSL_CA;
  return {
    ...(protocol.endsWith('SSL') && { ssl: ca === undefined ? true : { ca: [readCertificates(ca)] } }),
    ...(protocol.startsWith('SASL_') && {
      sasl: {
        mechanism: (config.KAFKA_SASL_MECHANISM ?? 'PLAIN').toLowerCase(),
        username: config.KAFKA_SASL_USERNAME ?? '',
        password: config.KAFKA_SASL_PASSWORD ?? '',
      } as SASLOptions,
    }),
  };
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new DarkroomError('invalid_config', `KAFKA_SSL_CA=${JSON.stringify(path)} cannot be read.`, { cause });
  }
}

/** What kafkajs calls an error is mostly a rebalance or a broker that went away, which we tell of ourselves. */
function writeTo(log: Log, { namespace, log: { message, ...details } }: LogEntry): void {
  log.debug({ namespace, error: details.error }, `kafkajs: ${message}`);
}
