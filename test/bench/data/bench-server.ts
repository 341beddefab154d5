// The redis-server that makes the benchmark's data: on a Unix socket only, single-threaded as it is,
// saving when it is told to and never by itself. It dies with the benchmark, however that ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { link, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { CommandPipe } from './command-pipe.js';

/** The name of a dump, in a server's folder and in a SOURCE. */
export const DUMP = 'dump.rdb';

const POLL_MS = 20;
const START_TIMEOUT_MS = 10 * 60_000;

export interface BenchServer {
  readonly pipe: CommandPipe;
  /**
   * SAVE, and the dump linked into `directory`, which is made; the server's next dump is another
   * file. The order of the keys is that of the server's memory.
   */
  saveTo(directory: string): Promise<void>;
  /** Ends the server; its AOF, if it keeps one, is whole and synced then. */
  stop(): Promise<void>;
}

/** Starts a server that loads what lies in `directory`, and waits until it has. */
export async function startBenchServer(
  directory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  // The address of a Unix socket holds 107 bytes, a work folder's path may not fit.
  const socketDirectory = await mkdtemp(path.join(tmpdir(), 'rr-bench-'));
  const socketPath = path.join(socketDirectory, 'redis.sock');
  const removeSocket = (): void => rmSync(socketDirectory, { recursive: true, force: true });
  process.once('exit', removeSocket);
  const child = spawnServer({
    port: '0',
    unixsocket: socketPath,
    dir: path.resolve(directory),
    save: '',
    daemonize: 'no',
    ...settings,
  });
  let log = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await gone;
    removeSocket();
    process.off('exit', removeSocket);
  };
  try {
    const pipe = await openWhenLoaded(socketPath, () => child.exitCode === null);
    return {
      pipe,
      saveTo: async (target) => {
        await pipe.call('SAVE');
        await mkdir(target, { recursive: true });
        await link(path.join(directory, DUMP), path.join(target, DUMP));
      },
      stop: async () => {
        pipe.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw new Error(`redis-server did not come up:\n${log}`, { cause: error });
  }
}

function spawnServer(settings: Readonly<Record<string, string>>): ChildProcess {
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return spawn('setpriv', ['--pdeathsig', 'KILL', 'redis-server', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** A server answers -LOADING until it has read its dump. */
async function openWhenLoaded(socketPath: string, isAlive: () => boolean): Promise<CommandPipe> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    let pipe: CommandPipe | null = null;
    try {
      pipe = await CommandPipe.open(socketPath);
      await pipe.call('PING');
      return pipe;
    } catch (error) {
      pipe?.close();
      if (!isAlive() || performance.now() > deadlineMs) throw error;
    }
    await delay(POLL_MS);
  }
}

/** Runs `use` with a server that is stopped afterwards, whatever happens; its folder is made. */
export async function withBenchServer<T>(
  directory: string,
  settings: Readonly<Record<string, string>>,
  use: (server: BenchServer) => Promise<T>,
): Promise<T> {
  await mkdir(directory, { recursive: true });
  const server = await startBenchServer(directory, settings);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}
