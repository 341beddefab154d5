// An attack program of test/attacks/programs/ that runs as an ordinary user. It can be held still, so that a test
// can look at what it did, and clean up, without being its next victim.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Interface, createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { projectRoot } from '../program/project-paths.js';
import type { Owner } from '../redis/servers/redis-user.js';

export interface AttackProgram {
  /** A file of test/attacks/programs/, without `.py`. */
  readonly name: string;
  /** After the user and the group. */
  readonly args: readonly string[];
}

export class Attacker {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;
  #stderr = '';

  /** Starts a program, and waits until it attacks. @throws where it does not start */
  static async start({ name, args }: AttackProgram, owner: Owner): Promise<Attacker> {
    const script = path.join(projectRoot, 'test/attacks/programs', `${name}.py`);
    const ids = [String(owner.uid), String(owner.gid)];
    // -B: no compiled files are left in the source tree.
    const child = spawn('python3', ['-B', script, ...ids, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const attacker = new Attacker(name, child);
    const line = await attacker.nextLine();
    if (line !== 'ready') throw new Error(`${name}.py said '${line}'`);
    return attacker;
  }

  private constructor(name: string, child: ChildProcessByStdio<null, Readable, Readable>) {
    this.#name = name;
    this.#child = child;
    const lines: Interface = createInterface({ input: child.stdout });
    this.#lines = lines[Symbol.asyncIterator]();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
  }

  /** The next line that the program prints. @throws where it has ended */
  async nextLine(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`${this.#name}.py has ended: ${this.#stderr}`);
    return value;
  }

  /** Returns once every thread of the program stands still. */
  holdStill(): void {
    this.#signal('SIGSTOP');
    while (!/^State:\s+T/m.test(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')));
  }

  goOn(): void {
    this.#signal('SIGCONT');
  }

  /** Ends the program. @returns how many tries it made: exchanges, or looks for something to take */
  async stop(): Promise<number> {
    this.goOn();
    this.#signal('SIGTERM');
    const { tries } = JSON.parse(await this.nextLine()) as { readonly tries: number };
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    return tries;
  }

  /** Ends the program if it still runs. */
  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    if (!this.#child.kill(signal)) throw new Error(`${this.#name}.py has ended: ${this.#stderr}`);
  }
}
