import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DarkroomError } from '#core/errors.ts';
import { runProgram } from '#core/program.ts';
import { root } from '../run.mjs';
import { type KafkaCluster, startKafka } from './cluster.ts';
import { portCount } from './layout.ts';
import { areFree } from './ports.ts';

const usualPort = 9092;

runProgram('Kafka', async (toldToStop) => {
  const { nodes, port, sasl, tls } = readArguments();
  const keepIn = join(root, 'data', 'kafka', nodes === 1 ? 'one-node' : 'three-nodes');
  const starting = startKafka({
    nodes,
    sasl,
    tls,
    keepIn,
    firstPort: await firstPortFor(nodes, port),
    fullSpeed: true,
  });
  const cluster = await Promise.race([starting, toldToStop]);
  if (!cluster) return;
  console.log(`Apache Kafka is ready (Ctrl-C stops it); its data is kept in ${keepIn}. Start Darkroom with it:\n`);
  for (const line of startLines(cluster)) console.log(`  ${line} npm start\n`);
  await toldToStop;
  await cluster.stop();
});

function readArguments(): { nodes: 1 | 3; port: number | undefined; sasl: boolean; tls: boolean } {
  const { nodes, port, sasl, tls } = parse();
  if (nodes !== '1' && nodes !== '3') throw invalid(`--nodes takes 1 or 3 and got "${nodes}".`);
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_000)) {
    throw invalid(`--port takes a port, 1 to 65000, and got "${port}".`);
  }
  return { nodes: nodes === '1' ? 1 : 3, port: port === undefined ? undefined : Number(port), sasl, tls };
}

function parse() {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      options: { nodes: { type: 'string', default: '1' }, port: { type: 'string' }, sasl: flag, tls: flag },
    }).values;
  } catch (cause) {
    throw invalid(`${cause instanceof Error ? cause.message : String(cause)} Known: --nodes, --port, --sasl, --tls.`);
  }
}

/** The port that was asked for, else the usual one; undefined, which leaves the choice open, where that one is taken. */
async function firstPortFor(nodes: 1 | 3, asked: number | undefined): Promise<number | undefined> {
  const first = asked ?? usualPort;
  const count = portCount({ nodes });
  if (await areFree(first, count)) return first;
  const taken = `Not all ports from ${first} to ${first + count - 1} are free`;
  if (asked) throw invalid(`${taken}: choose another --port.`);
  console.log(`${taken}, so others are taken.`);
  return undefined;
}

/** The settings that make Darkroom use the cluster, one line for each way to reach it. */
function startLines({ bootstrap, user, caPath }: KafkaCluster): string[] {
  const login = `KAFKA_SASL_MECHANISM=SCRAM-SHA-512 KAFKA_SASL_USERNAME=${user.username} KAFKA_SASL_PASSWORD=${user.password}`;
  const trust = `KAFKA_SSL_CA=${caPath}`;
  const ways = [
    [bootstrap.plaintext],
    [bootstrap.ssl, 'KAFKA_SECURITY_PROTOCOL=SSL', trust],
    [bootstrap.saslPlaintext, 'KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT', login],
    [bootstrap.saslSsl, 'KAFKA_SECURITY_PROTOCOL=SASL_SSL', trust, login],
  ];
  return ways
    .filter(([servers]) => servers)
    .map(([servers, ...rest]) => [`KAFKA_ENABLED=true KAFKA_BOOTSTRAP_SERVERS=${servers}`, ...rest].join(' '));
}

function invalid(detail: string): DarkroomError {
  return new DarkroomError('invalid_config', detail);
}
