// The redis-server that makes the data of the benchmark. It listens on a Unix socket only, and saves only when
// told to. It dies with the benchmark, however the benchmark ends.
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
   * Runs SAVE, creates `directory` and links the dump into it. The next dump of the server is another file.
   * The order of the keys is their order in the memory of the server.
   */
  saveTo(directory: string): Promise<void>;
  /** Ends the server. Its AOF, if it keeps one, is then whole and synced. */
  stop(): Promise<void>;
}

/** Starts a server that loads the data in `directory`, and waits until they are loaded. */
export async function startBenchServer(
  directory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  // The address of a Unix socket holds 107 bytes. The path of a work folder may be longer.
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

/** A server replies -LOADING until it has read its dump. */
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

/** Runs `use` with a server, which is stopped afterwards in any case. Creates the folder of the server. */
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
