import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal } from './journal.ts';
import type { Setup } from './setup.ts';

export type State = 'up' | 'frozen' | 'leaving' | 'gone';

/** A process of a run. What it prints goes to a file of its name in the folder of the journal. */
class Member {
  readonly name: string;
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  state: State = 'up';

  constructor(program: 'member' | 'producer', setup: Setup) {
    this.name = setup.name;
    const output = openSync(join(setup.journal, '..', `${setup.name}.log`), 'a');
    this.process = fork(new URL(`./${program}.ts`, import.meta.url), [JSON.stringify(setup)], {
      execArgv: [],
      stdio: ['ignore', output, output, 'ipc'],
    });
    this.exited = once(this.process, 'exit');
  }
}

/** The members of a group, which come and go, are killed and frozen; each is written down before it is done. */
export class Crowd {
  readonly #setup: Setup;
  readonly #journal: Journal;
  readonly #members: Member[] = [];
  readonly #producer: Member;

  constructor(setup: Setup, journal: Journal) {
    this.#setup = setup;
    this.#journal = journal;
    this.#producer = new Member('producer', { ...setup, name: 'producer' });
  }

  names(...states: State[]): string[] {
    return this.#members.filter(({ state }) => states.includes(state)).map(({ name }) => name);
  }

  join(): void {
    const name = `m${this.#members.length + 1}`;
    this.#journal.write({ what: 'joined', member: name });
    const member = new Member('member', { ...this.#setup, name });
    this.#members.push(member);
    member.process.once('exit', (code) => {
      if (member.state === 'gone') return;
      const what = member.state === 'leaving' && code === 0 ? 'left' : 'crashed';
      member.state = 'gone';
      this.#journal.write({ what, member: name });
    });
  }

  kill(name: string): void {
    const member = this.#find(name);
    member.state = 'gone';
    this.#journal.write({ what: 'killed', member: name });
    member.process.kill('SIGKILL');
  }

  freeze(name: string): void {
    const member = this.#find(name);
    member.state = 'frozen';
    this.#journal.write({ what: 'frozen', member: name });
    member.process.kill('SIGSTOP');
  }

  /** Does nothing to one that was killed in its sleep. */
  thaw(name: string): void {
    const member = this.#find(name);
    if (member.state !== 'frozen') return;
    member.state = 'up';
    this.#journal.write({ what: 'thawed', member: name });
    member.process.kill('SIGCONT');
  }

  leave(name: string): void {
    const member = this.#find(name);
    member.state = 'leaving';
    this.#journal.write({ what: 'leaving', member: name });
    member.process.kill('SIGTERM');
  }

  async stopProducing(): Promise<void> {
    this.#producer.process.kill('SIGTERM');
    await this.#producer.exited;
  }

  /** Resolves once every process that was told to go, or killed, is gone. */
  async gone(): Promise<void> {
    const going = this.#members.filter(({ state }) => state === 'leaving' || state === 'gone');
    await Promise.all(going.map(({ exited }) => exited));
  }

  /** Whatever state they are in. */
  async killAll(): Promise<void> {
    const all = [...this.#members, this.#producer];
    for (const member of all) {
      member.state = 'gone';
      member.process.kill('SIGKILL');
    }
    await Promise.all(all.map(({ exited }) => exited));
  }

  #find(name: string): Member {
    const member = this.#members.find((each) => each.name === name);
    if (!member) throw new Error(`There is no member ${name}.`);
    return member;
  }
}
