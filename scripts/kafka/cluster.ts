import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broker } from './broker.ts';
import { certificates } from './certificates.ts';
import { installKafka } from './install.mjs';
import { bootstrapOf, type Layout, nodesOf, type Protocol, protocols } from './layout.ts';
import { claimPorts } from './ports.ts';
import { user } from './storage.ts';
import type { Charge } from './watchdog.ts';

export interface KafkaOptions {
  readonly nodes?: 1 | 3;
  /** Whether it has listeners with TLS. */
  readonly tls?: boolean;
  /** Whether it has listeners that ask who you are: PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly sasl?: boolean;
  /** For benchmarks and for people: as fast as it can be once it is warm, where tests want it to start quickly. */
  readonly fullSpeed?: boolean;
  /** Broker settings beside or in place of ours, as in server.properties. */
  readonly settings?: Layout['settings'];
  /** Keeps the data in this folder for the next start; otherwise it is in a temporary folder and goes when the cluster stops. */
  readonly keepIn?: string;
  /** The first of the ports, which must be free; otherwise they are chosen. */
  readonly firstPort?: number;
}

/** A running cluster of Apache Kafka. Nodes are numbered from 1. */
export interface KafkaCluster extends AsyncDisposable {
  /** Addresses as a client takes them, "host:port" of each node. */
  readonly bootstrap: { plaintext: string; ssl?: string; saslPlaintext?: string; saslSsl?: string };
  /** Whom the SASL listeners let in. */
  readonly user: { username: string; password: string };
  /** The authority that signed the brokers' certificate, as PEM; null without TLS. */
  readonly caPath: string | null;
  /** Process ids of the nodes that run. */
  readonly pids: number[];
  /** Ends the node as a power cut would. */
  kill(node: number): Promise<void>;
  /** Starts the node again on its data and ports; resolves once it serves. */
  start(node: number): Promise<void>;
  /** Suspends the node's process (SIGSTOP): its connections stay open and nothing answers. */
  freeze(node: number): void;
  /** Lets a frozen node go on. */
  thaw(node: number): void;
  /** Ends all nodes: at once, or in good order where the data is kept. */
  stop(): Promise<void>;
}

/**
 * Starts Apache Kafka (KRaft) and resolves once every node serves clients and knows all others. When the process that called
 * this dies, however it dies, so do the nodes, and their temporary folder goes.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaCluster> {
  const { nodes = 1, tls = false, sasl = false, fullSpeed = false, settings = {}, keepIn, firstPort } = options;
  const jars = await installKafka();
  await using stack = new AsyncDisposableStack();
  const watchdog = stack.use(startWatchdog());
  const first = firstPort ?? stack.use(await claimPorts()).first;

  const folder = keepIn ?? mkdtempSync(join(tmpdir(), 'darkroom-kafka-'));
  const temporary = keepIn ? null : folder;
  mkdirSync(folder, { recursive: true });
  if (temporary) stack.defer(() => rmSync(folder, { recursive: true, force: true }));

  const { keystore = null, caPath = null } = tls ? await certificates() : {};
  const layout: Layout = {
    nodes,
    protocols: protocols.filter((protocol) => speaks(protocol, { tls, sasl })),
    folder,
    firstPort: first,
    keystore,
    fullSpeed,
    settings,
  };
  const ids = nodesOf(layout);
  const brokers = ids.map((id) => new Broker(layout, id, jars, guard));
  const pids = () => brokers.flatMap(({ pid }) => pid ?? []);
  function guard() {
    watchdog.guard({ pids: pids(), folder: temporary });
  }
  const brokerOf = (node: number) => {
    const broker = brokers[node - 1];
    if (!broker) throw new RangeError(`There is no node ${node}: the cluster has ${nodes}.`);
    return broker;
  };
  stack.defer(async () => {
    await Promise.all(brokers.map((broker) => (keepIn ? broker.stop() : broker.kill())));
  });

  guard();
  await Promise.all(brokers.map((broker) => broker.prepare()));
  for (const broker of brokers) broker.spawn();
  await Promise.all(brokers.map((broker) => broker.untilServing(ids)));

  const running = stack.move();
  return {
    bootstrap: {
      plaintext: bootstrapOf(layout, 'PLAINTEXT'),
      ...(tls && { ssl: bootstrapOf(layout, 'SSL') }),
      ...(sasl && { saslPlaintext: bootstrapOf(layout, 'SASL_PLAINTEXT') }),
      ...(tls && sasl && { saslSsl: bootstrapOf(layout, 'SASL_SSL') }),
    },
    user,
    caPath,
    get pids() {
      return pids();
    },
    kill: (node) => brokerOf(node).kill(),
    async start(node) {
      brokerOf(node).spawn();
      await brokerOf(node).untilServing([node]);
    },
    freeze: (node) => brokerOf(node).signal('SIGSTOP'),
    thaw: (node) => brokerOf(node).signal('SIGCONT'),
    stop: () => running.disposeAsync(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function speaks(protocol: Protocol, { tls, sasl }: { tls: boolean; sasl: boolean }): boolean {
  return (tls || !protocol.endsWith('SSL')) && (sasl || !protocol.startsWith('SASL'));
}

/** It leads a session of its own, so that no Ctrl-C and no kill of a process group takes it along. */
function startWatchdog(): Disposable & { guard(charge: Charge): void } {
  const child = fork(join(import.meta.dirname, 'watchdog.ts'), { detached: true, stdio: 'ignore', execArgv: [] });
  child.unref();
  child.channel?.unref();
  return {
    guard: (charge) => void child.send(charge),
    [Symbol.dispose]: () => child.disconnect(),
  };
}
