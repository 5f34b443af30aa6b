import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolderOf, folderOf, type Layout, portOf } from './layout.ts';
import { untilServing } from './readiness.ts';
import { loggingProperties, serverProperties } from './settings.ts';
import { formatStorage } from './storage.ts';

const lean = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:-UsePerfData'];
const quickToStart = '-XX:TieredStopAtLevel=1';
const startMs = 60_000;
const stopMs = 15_000;

/** One node of a cluster, broker and controller in one process, which can be started again on the same data and ports. */
export class Broker {
  readonly #layout: Layout;
  readonly #node: number;
  readonly #jars: string;
  readonly #changed: () => void;
  readonly #folder: string;
  #child: ChildProcess | null = null;

  /** `changed` is called whenever its process has started or ended. */
  constructor(layout: Layout, node: number, jars: string, changed: () => void) {
    this.#layout = layout;
    this.#node = node;
    this.#jars = jars;
    this.#changed = changed;
    this.#folder = folderOf(layout, node);
  }

  /** Of its present process, if there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Writes its settings, and formats its data folder unless that is done. */
  async prepare(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#logging, loggingProperties);
    writeFileSync(this.#properties, serverProperties(this.#layout, this.#node));
    await formatStorage(dataFolderOf(this.#layout, this.#node), this.#node, this.#jars);
  }

  /** Starts its process. */
  spawn(): void {
    if (this.#child) throw new Error(`Node ${this.#node} runs already.`);
    const log = openSync(this.#log, 'a');
    const logging = `-Dlog4j2.configurationFile=${this.#logging}`;
    const flags = this.#layout.fullSpeed ? lean : [...lean, quickToStart];
    const kafka = ['-cp', join(this.#jars, '*'), 'kafka.Kafka', this.#properties];
    this.#child = spawn('java', [...flags, logging, ...kafka], { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    this.#child.once('exit', () => {
      this.#child = null;
      this.#changed();
    });
    this.#changed();
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

  get #logging(): string {
    return join(this.#folder, 'log4j2.properties');
  }

  get #log(): string {
    return join(this.#folder, 'kafka.log');
  }
}
