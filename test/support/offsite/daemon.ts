// A program that serves on loopback until it is stopped by its pid. Its output is kept for errors.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface DaemonOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export class Daemon {
  readonly #child: ChildProcess;
  readonly #options: DaemonOptions;
  #log = '';

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#child = spawn(options.command, options.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.environment },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.#log += bytes.toString();
      });
    }
    this.#child.on('error', (error) => {
      this.#log += String(error);
    });
  }

  log(): string {
    return this.#log;
  }

  /** Waits until it takes connections. */
  async listening(): Promise<void> {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      if (this.#child.exitCode !== null || this.#child.pid === undefined) break;
      if (await isListening(this.#options.port)) return;
      await delay(50);
    }
    throw new Error(`${this.#options.command} does not listen:\n${this.#log}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 3000);
    await gone;
    clearTimeout(timer);
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
