// What the installed redis-server and redis-check-aof say of an AOF.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import path from 'node:path';

export interface ServerAnswer {
  /** `cut`: it loads the AOF without its end. */
  readonly kind: 'whole' | 'cut' | 'refused';
  /** Of all databases, sorted. */
  readonly keys: readonly string[];
  readonly log: string;
}

const READY = /ready to accept connections/i;
const START_TIMEOUT_MS = 30_000;
const CUT = /Truncating the AOF/;
const DATABASES = 4;

/** Starts a server with its defaults in a directory, which it may change, and ends it again. */
export async function askServer(directory: string): Promise<ServerAnswer> {
  const socket = path.join(directory, 'socket');
  const settings = ['--port', '0', '--unixsocket', socket, '--dir', directory, '--save', ''];
  const server = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'redis-server', ...settings, '--appendonly', 'yes', '--databases', '4'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const { log, isReady } = await readUntilReady(server);
  if (!isReady) return { kind: 'refused', keys: [], log };
  const closed = once(server, 'close');
  try {
    const keys = await askKeys(socket);
    return { kind: CUT.test(log) ? 'cut' : 'whole', keys, log };
  } finally {
    server.kill('SIGKILL');
    await closed;
  }
}

async function readUntilReady(server: ChildProcess): Promise<{ log: string; isReady: boolean }> {
  let log = '';
  const ready = new Promise<boolean>((resolve) => {
    const take = (bytes: Buffer): void => {
      log += bytes.toString('latin1');
      if (READY.test(log)) resolve(true);
    };
    server.stdout?.on('data', take);
    server.stderr?.on('data', take);
    server.once('close', () => resolve(false));
  });
  const timer = setTimeout(() => server.kill('SIGKILL'), START_TIMEOUT_MS);
  const isReady = await ready;
  clearTimeout(timer);
  return { log, isReady };
}

async function askKeys(socket: string): Promise<string[]> {
  const connection = createConnection(socket);
  const numbers = Array.from({ length: DATABASES }, (_, number) => number);
  connection.end(`${numbers.map((number) => `SELECT ${number}\r\nKEYS *\r\n`).join('')}QUIT\r\n`);
  let reply = '';
  for await (const bytes of connection) reply += (bytes as Buffer).toString('latin1');
  return [...reply.matchAll(/^\$[0-9]+\r\n(.*)\r$/gm)].map(([, key = '']) => key).toSorted();
}

/** Whether redis-check-aof calls a file or a manifest valid. */
export async function askCheckAof(file: string): Promise<boolean> {
  const check = spawn('redis-check-aof', [file], { stdio: 'ignore' });
  const [code] = (await once(check, 'close')) as [number | null];
  return code === 0;
}
