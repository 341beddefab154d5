// A real redis-server (7.0 or later) for one test: on loopback, on a port of its own, with a data
// directory the caller gives, and gone by its pid when the test ends. File modes are Debian's: its
// unit runs with umask 007, so dump.rdb is 0660, AOF files 0640 and the appendonlydir 0750.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';

import { Redis } from 'ioredis';

export interface RedisServerOptions {
  /** The data directory; it must exist. */
  readonly directory: string;
  readonly appendOnly?: boolean;
  /** Value of `save`: save points as in redis.conf; '' (none) by default, so that nothing is saved unasked. */
  readonly save?: string;
  /** Path of a Unix socket to listen on as well. */
  readonly unixSocket?: string;
  /** Run as this user and group, who must be able to write the directory; needs root. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /**
   * The server sees `directory` under this path, a folder that exists, in a mount namespace of its own as in a
   * container. Needs root.
   */
  readonly seenAs?: string;
  /**
   * The server is that of a Debian in this folder, started there with chroot. It sees `directory` under the same
   * path, in a mount namespace of its own. Needs root.
   */
  readonly debian?: { readonly root: string; readonly program: string };
  /**
   * A configuration file that decides about `dir`, `save` and `appendonly`, and about whatever `settings` does not.
   * Changes of the file outlive the server.
   */
  readonly configuration?: string;
  /** Any other settings by their names in redis.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A server that is up and has loaded its data. */
export interface RedisServer {
  readonly directory: string;
  readonly port: number;
  readonly pid: number;
  /** A connection in RESP2 to database 0; closed by stop and kill. */
  readonly client: Redis;
  /** Ends the server with SIGTERM (with save points it saves first) and waits until it is gone. */
  stop(): Promise<void>;
  /** Ends the server with SIGKILL, as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  /** What the server has logged so far. */
  log(): string;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const PORT_ATTEMPTS = 5;
const PORT_TAKEN = /Address already in use/;

/** Starts a server and waits until it has loaded its data; throws with its log if it does not come up. */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnPort(options, await freePort());
    } catch (error) {
      const portTaken = error instanceof Error && PORT_TAKEN.test(error.message);
      if (!portTaken || attempt === PORT_ATTEMPTS) {
        throw error;
      }
    }
  }
}

/** Runs `use` with a server that is stopped afterwards, whatever happens. */
export async function withRedisServer<T>(
  options: RedisServerOptions,
  use: (server: RedisServer) => Promise<T>,
): Promise<T> {
  const server = await startRedisServer(options);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

async function startOnPort(options: RedisServerOptions, port: number): Promise<RedisServer> {
  const child = spawnServer(options, port);
  let log = '';
  const collect = (chunk: Buffer): void => {
    log += chunk.toString('utf8');
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      log += error.message;
      resolve();
    });
  });
  // A child that saves holds the pipes of the log for as long as it lives.
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });

  const client = connect(port);
  const ready = new Promise<'ready'>((resolve) => {
    client.once('ready', () => resolve('ready'));
  });
  const outcome = await withTimeout(
    Promise.race([ready, gone.then(() => 'gone' as const)]),
    START_TIMEOUT_MS,
  );
  const pid = child.pid;
  if (outcome !== 'ready' || pid === undefined) {
    client.disconnect();
    child.kill('SIGKILL');
    await gone;
    throw new Error(`redis-server did not come up on port ${port}:\n${log}`);
  }
  // Another server may have taken the port in the meantime: then it has answered.
  if (!(await client.info('server')).includes(`process_id:${pid}\r\n`)) {
    client.disconnect();
    await gone;
    throw new Error(`Address already in use: another server answers on port ${port}:\n${log}`);
  }

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    client.disconnect();
    child.kill(signal);
    if ((await withTimeout(exited, STOP_TIMEOUT_MS)) === 'timeout') {
      child.kill('SIGKILL');
      await exited;
      throw new Error(`redis-server did not stop after ${signal}:\n${log}`);
    }
  };
  return {
    directory: options.directory,
    port,
    pid,
    client,
    stop: async () => end('SIGTERM'),
    kill: async () => end('SIGKILL'),
    log: () => log,
  };
}

/** setpriv makes the kernel end the server when the test process dies, even of SIGKILL. */
function spawnServer(options: RedisServerOptions, port: number): ChildProcess {
  const settings: Record<string, string> = {
    bind: '127.0.0.1',
    port: String(port),
    daemonize: 'no',
    logfile: '',
    ...(options.configuration === undefined ? persistenceOf(options) : {}),
    ...(options.unixSocket === undefined ? {} : { unixsocket: options.unixSocket }),
    ...options.settings,
  };
  // Redis before 7 takes the words of a save point one by one.
  const args = Object.entries(settings).flatMap(([name, value]) =>
    name === 'save' ? ['--save', ...value.split(' ')] : [`--${name}`, value],
  );
  if (options.configuration !== undefined) args.unshift(options.configuration);
  const start = 'umask 007; exec setpriv --pdeathsig KILL redis-server "$@"';
  const enter = 'exec unshare --mount /bin/sh -c "$0" "$@"';
  const bind = `mount --bind "$1" "$2" && shift 2 && ${start}`;
  const { directory, seenAs, debian } = options;
  const inDebian =
    'mkdir -p "$1$2" && mount --bind "$2" "$1$2" && umask 007 && exec setpriv --pdeathsig KILL chroot "$1" "$3" "${@:4}"';
  const [script, ...before] =
    debian !== undefined
      ? [
          enter.replace('/bin/sh', '/bin/bash'),
          inDebian,
          'bash',
          debian.root,
          directory,
          debian.program,
        ]
      : seenAs === undefined
        ? [start, 'sh']
        : [enter, bind, 'sh', directory, seenAs];
  return spawn('/bin/sh', ['-c', script, ...before, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options.owner,
  });
}

function persistenceOf({ seenAs, directory, save, appendOnly }: RedisServerOptions) {
  return {
    dir: path.resolve(seenAs ?? directory),
    save: save ?? '',
    appendonly: appendOnly === true ? 'yes' : 'no',
  };
}

/** A client that keeps trying until its first success and never connects again after that. */
function connect(port: number): Redis {
  let wasReady = false;
  const client = new Redis({
    host: '127.0.0.1',
    port,
    protocol: 2,
    maxRetriesPerRequest: null,
    retryStrategy: () => (wasReady ? null : 25),
  });
  client.once('ready', () => {
    wasReady = true;
  });
  // Refused connections while the server comes up; a command that fails rejects by itself.
  client.on('error', () => undefined);
  return client;
}

/** A port on loopback that was free a moment ago; startRedisServer tries another if it was taken since. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('no port to listen on');
  }
  return address.port;
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T | 'timeout'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
