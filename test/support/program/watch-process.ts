// `redis-rewind watch --json` as a process: its events as they come, and how it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { TeardownContext } from '../files/temporary-directory.js';
import { cliEnvironment } from './cli.js';
import { mainScript } from './project-paths.js';

/** An event as it was printed. */
export interface PrintedEvent {
  readonly event: string;
  readonly time: string;
  readonly saves?: readonly string[];
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
  };
  readonly report?: {
    readonly snapshot: {
      readonly id: number;
      readonly server: {
        readonly save: string;
        readonly databases: readonly { readonly keys: number }[];
      } | null;
    };
    readonly notes: readonly unknown[];
  };
  readonly discarded?: boolean;
}

export interface Burden {
  readonly descriptors: number;
  readonly threads: number;
  readonly residentKiB: number;
}

/** Far beyond what anything takes, so that a test that hangs says where. */
const PATIENCE_MS = 90_000;

export class WatchProcess {
  readonly events: PrintedEvent[] = [];
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  /** Started; killed when the test ends, if it still runs. */
  constructor(t: TeardownContext, ...args: string[]) {
    this.#child = spawn(process.execPath, [mainScript, 'watch', '--json', ...args], {
      env: cliEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    t.teardown(async () => {
      this.#child.kill('SIGKILL');
      await this.#ended;
    });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error('no pipes');
    createInterface({ input: stdout }).on('line', (line) => {
      this.events.push(JSON.parse(line) as PrintedEvent);
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
  }

  /** As the constructor; resolves when it watches. */
  static async start(t: TeardownContext, ...args: string[]): Promise<WatchProcess> {
    const watching = new WatchProcess(t, ...args);
    await watching.until('watching');
    return watching;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Events of a kind so far. */
  of(kind: string): PrintedEvent[] {
    return this.events.filter(({ event }) => event === kind);
  }

  /** Waits for the `count`-th event of a kind. */
  async until(kind: string, count = 1): Promise<PrintedEvent> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const event = this.of(kind)[count - 1];
      if (event !== undefined) return event;
      if (performance.now() > deadline || this.#child.exitCode !== null) {
        const told = this.events.map((line) => JSON.stringify(line)).join('\n');
        throw new Error(`no ${kind} ${count}:\n${told}\n${this.stderr}`);
      }
      await delay(20);
    }
  }

  /** Sends a signal and waits for the end. @returns the exit code */
  async end(signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    await this.#ended;
    return this.#child.exitCode;
  }

  /** How many descriptors and threads it has, and how much memory. */
  async burden(): Promise<Burden> {
    const [descriptors, threads] = await Promise.all(
      ['fd', 'task'].map(async (what) => readdir(`/proc/${this.pid}/${what}`)),
    );
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    const residentKiB = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    return { descriptors: descriptors?.length ?? 0, threads: threads?.length ?? 0, residentKiB };
  }
}
