import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { folderOf, type Layout, portOf } from './layout.ts';
import { untilServing } from './readiness.ts';
import { loggingProperties, serverProperties } from './settings.ts';

const clusterId = 'DarkroomClusterOfKafkA';
const startMs = 60_000;
const stopMs = 15_000;

/** One node of a cluster, broker and controller in one process, which can be started again on the same data and ports. */
export class Broker {
  readonly #layout: Layout;
  readonly #node: number;
  readonly #java: string[];
  readonly #folder: string;
  readonly #log: string;
  #child: ChildProcess | null = null;

  constructor(layout: Layout, node: number, jars: string) {
    this.#layout = layout;
    this.#node = node;
    this.#folder = folderOf(layout, node);
    this.#log = join(this.#folder, 'kafka.log');
    const logging = `-Dlog4j2.configurationFile=${join(this.#folder, 'log4j2.properties')}`;
    this.#java = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', logging, '-cp', join(jars, '*')];
  }

  /** Of its present process, if there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Writes its settings, and formats its data folder unless there is one. */
  async prepare(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(join(this.#folder, 'log4j2.properties'), loggingProperties);
    writeFileSync(this.#properties, serverProperties(this.#layout, this.#node));
    if (existsSync(join(this.#folder, 'data', 'meta.properties'))) return;

    const { username, password } = this.#layout.user;
    const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${username},password=${password}]`,
    ]);
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', this.#properties, ...users];
    await promisify(execFile)('java', ['-XX:TieredStopAtLevel=1', ...this.#java, ...format]);
  }

  /** Starts its process. */
  spawn(): void {
    if (this.#child) throw new Error(`Node ${this.#node} runs already.`);
    const log = openSync(this.#log, 'a');
    const child = spawn('java', [...this.#java, 'kafka.Kafka', this.#properties], {
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    this.#child = child;
    child.once('exit', () => (this.#child = null));
  }

  /** Resolves once it serves and knows all these nodes to be alive; rejects with the end of its log if it ends before. */
  async untilServing(nodes: number[]): Promise<void> {
    const child = this.#child;
    if (!child) throw new Error(`Node ${this.#node} does not run.`);
    const ended = new AbortController();
    child.once('exit', () => ended.abort());
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(startMs)]);
    try {
      await untilServing(portOf(this.#layout, this.#node, 'PLAINTEXT'), nodes, signal);
    } catch (cause) {
      const what = ended.signal.aborted ? 'ended before it served' : `did not serve within ${startMs / 1000} s`;
      const log = readFileSync(this.#log, 'utf8').split('\n').slice(-40).join('\n');
      throw new Error(`Kafka node ${this.#node} ${what}. The end of its log:\n${log}`, { cause });
    }
  }

  /** Sends it a signal to freeze (SIGSTOP) or go on (SIGCONT). */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    if (!this.#child) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  /** Lets it end in good order, within a deadline. */
  async stop(): Promise<void> {
    if (!this.#child) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const deadline = setTimeout(() => void this.kill(), stopMs);
    await exit;
    clearTimeout(deadline);
  }

  get #properties(): string {
    return join(this.#folder, 'server.properties');
  }
}
