import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, type KafkaCluster } from '../../scripts/kafka/cluster.ts';
import { program, type Program } from '../program.ts';
import { prepareDatabase } from '../admin.ts';

/** A Darkroom without pages on an Apache Kafka of its own, whose nodes a test takes away. Nothing of it is started yet. */
export interface OutageRig extends AsyncDisposable {
  readonly kafka: KafkaCluster;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly server: Program;
  readonly workers: readonly Program[];
  start(): Promise<void>;
}

export interface OutageRigOptions {
  nodes?: 1 | 3;
  workers?: number;
  settings?: Record<string, string>;
}

export async function openOutageRig(options: OutageRigOptions = {}): Promise<OutageRig> {
  const { nodes = 1, workers: count = 1, settings = {} } = options;
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-outage-'));
  opening.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const kafka = opening.use(await startKafka({ nodes }));
  const environment: Record<string, string> = {
    DATA_DIR: join(folder, 'data'),
    PORT: '0',
    LOG_LEVEL: 'warn',
    KAFKA_ENABLED: 'true',
    KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap.plaintext,
    KAFKA_REPLICATION_FACTOR: String(nodes),
    ...settings,
  };
  await prepareDatabase(environment);
  const server = program('server', environment, ['server/main.ts', '--no-pages']);
  const workers = Array.from({ length: count }, () => program('worker', environment));
  const all = [server, ...workers];
  opening.defer(async () => void (await Promise.all(all.map((each) => each.stop()))));
  const opened = opening.move();
  return {
    kafka,
    folder,
    environment,
    server,
    workers,
    start: async () => void (await Promise.all(all.map((each) => each.start()))),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
