// A server that says whatever a test wants, over TCP, a Unix socket or TLS: for replies that no real server
// gives. Where a test has no reply of its own, it answers like an idle server that keeps dumps.
import { readFileSync } from 'node:fs';
import { type Socket, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TeardownContext } from '../../files/temporary-directory.js';

/** A reply as its bytes, or what else is done with the connection. Null leaves the answer to `honestReply`. */
export type FakeAnswer = (words: readonly string[]) => string | ((socket: Socket) => void) | null;

export interface FakePlace {
  /** Path of a Unix socket, instead of a port. */
  readonly socketPath?: string;
  /** Files of a certificate and its key: the server speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Sent to each client before it says anything. */
  readonly greeting?: string;
}

export interface FakeServer {
  /** 0 for a Unix socket. */
  readonly port: number;
  /** The commands that were received, each as its words. */
  readonly received: readonly (readonly string[])[];
}

/** Listens until the test ends. */
export async function startFakeServer(
  t: TeardownContext,
  answer: FakeAnswer,
  { socketPath, tls, greeting = '' }: FakePlace = {},
): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  const received: (readonly string[])[] = [];
  const onConnection = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write(greeting);
    socket.on('data', (command) => {
      const words = parseCommand(command);
      received.push(words);
      const reply = answer(words) ?? honestReply(words);
      if (typeof reply === 'string') socket.write(reply, 'latin1');
      else reply(socket);
    });
  };
  const server =
    tls === undefined
      ? createServer(onConnection)
      : createTlsServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, onConnection);
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => {
    if (socketPath === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(socketPath, resolve);
  });
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  return { port, received };
}

/** The client sends one command at a time, as a list of texts. */
function parseCommand(command: Buffer): string[] {
  return command
    .toString('latin1')
    .split('\r\n')
    .filter((_, index) => index > 0 && index % 2 === 0);
}

/** A text as a reply. Each character is one byte. */
export function textReply(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/** A list of texts as a reply. */
export function listReply(texts: readonly string[]): string {
  return `*${texts.length}\r\n${texts.map(textReply).join('')}`;
}

/** What differs from an idle server that keeps dumps and has no data. */
export interface HonestAnswers {
  /** As CONFIG GET has them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Fields of INFO by its sections, each `name:value`. They come after the usual ones, and so count. */
  readonly info?: Readonly<Record<string, readonly string[]>>;
  /** Writes the dump. */
  readonly onSave?: () => void;
}

/** What a server would say that has the means to be backed up. */
export function honestReply(words: readonly string[], answers: HonestAnswers = {}): string {
  const [name = '', first = '', second = ''] = words;
  const { settings = {}, info = {}, onSave } = answers;
  switch (name.toUpperCase()) {
    case 'INFO':
      return textReply([...(INFO[first] ?? []), ...(info[first] ?? []), ''].join('\r\n'));
    case 'TIME':
      return listReply([String(Math.floor(Date.now() / 1000)), '0']);
    case 'CONFIG': {
      const value = settings[second] ?? SETTINGS[second];
      return value === undefined ? '*0\r\n' : listReply([second, value]);
    }
    case 'PING':
      return '+PONG\r\n';
    case 'BGSAVE':
      onSave?.();
      return '+Background saving started\r\n';
    default:
      return '+OK\r\n';
  }
}

const SETTINGS: Readonly<Record<string, string>> = {
  dir: '/nonexistent',
  dbfilename: 'dump.rdb',
  appendfilename: 'appendonly.aof',
  appenddirname: 'appendonlydir',
  save: '3600 1',
  'maxmemory-policy': 'noeviction',
};

const INFO: Readonly<Record<string, readonly string[]>> = {
  server: ['redis_version:7.0.15', 'redis_mode:standalone', `run_id:${'a'.repeat(40)}`],
  persistence: ['loading:0', 'rdb_bgsave_in_progress:0', 'rdb_last_bgsave_status:ok'],
  replication: ['role:master', 'master_repl_offset:0'],
  memory: ['used_memory:1000000'],
};
