// A real server with a configuration file, which can be stopped and started again: what it has in memory then is
// what its files and its configuration give.
import { chmod, chown, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TeardownContext, temporaryDirectory } from '../../files/temporary-directory.js';
import { type CliResult, runCli } from '../../program/cli.js';
import { type RedisServer, startRedisServer } from './redis-server.js';
import { redisUser } from './redis-user.js';

export interface ConfiguredServerOptions {
  /** The text of the configuration file; `DIR` in it is the data directory. */
  readonly text: string;
  /** The file belongs to root, who alone may write it and its folder. Else it belongs to the server's user. */
  readonly isOfRoot?: boolean;
}

export interface ConfiguredServer {
  /** The data directory. */
  readonly directory: string;
  /** Path of the configuration file. */
  readonly configuration: string;
  /** The present one: another object after a restart. */
  readonly server: () => RedisServer;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Stops the server as a service manager does, and starts it again. */
  readonly restart: () => Promise<void>;
  /** Kills the process that saves or rewrites for the server. */
  readonly killChild: () => Promise<void>;
  /** Runs `redis-rewind aof …ARGS` for this server. */
  readonly aof: (...args: string[]) => Promise<CliResult>;
  readonly text: () => Promise<string>;
}

/** The server is stopped when the test ends. */
export async function startConfiguredServer(
  t: TeardownContext,
  { text, isOfRoot = false }: ConfiguredServerOptions,
): Promise<ConfiguredServer> {
  const root = await temporaryDirectory(t);
  const owner = await redisUser();
  const directory = path.join(root, 'data');
  const folder = path.join(root, 'etc');
  const configuration = path.join(folder, 'redis.conf');
  await mkdir(directory);
  await mkdir(folder);
  await writeFile(configuration, text.replaceAll('DIR', directory));
  await chmod(configuration, 0o644);
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
  if (owner !== undefined && !isOfRoot) {
    await chown(folder, owner.uid, owner.gid);
    await chown(configuration, owner.uid, owner.gid);
  }
  const options = { directory, configuration, ...(owner === undefined ? {} : { owner }) };
  let server: RedisServer | null = await startRedisServer(options);
  const stop = async (): Promise<void> => {
    await server?.stop();
    server = null;
  };
  const start = async (): Promise<void> => {
    server = await startRedisServer(options);
  };
  const present = (): RedisServer => {
    if (server === null) throw new Error('the server is stopped');
    return server;
  };
  t.teardown(stop);
  return {
    directory,
    configuration,
    server: present,
    stop,
    start,
    async restart() {
      await stop();
      await start();
    },
    async killChild() {
      for (const child of await childrenOf(present().pid)) process.kill(child, 'SIGKILL');
    },
    aof: async (...args) => runCli(['aof', ...args, '-p', String(present().port)]),
    text: async () => readFile(configuration, 'utf8'),
  };
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    tasks.map(async (task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8')),
  );
  return lists.flatMap((list) => list.trim().split(' ').filter(Boolean).map(Number));
}
