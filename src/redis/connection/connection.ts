// One connection to a server, through ioredis. Whatever ioredis does by itself is turned off: it connects
// once, retries nothing, queues nothing and sends no greeting. Every failure is a ServerError. No error
// repeats an argument of a command, since the argument may be a password. What the server sends is checked
// before ioredis reads it (reply-guard.ts).
import { isIP } from 'node:net';
import { Redis } from 'ioredis';
import { RewindError, ServerError, type ServerTrouble } from '../../errors.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readSmallFile } from '../../system/files/read-small-file.js';
import {
  type Checkpoint,
  POLL_EVERY_MS,
  awaitWithCheckpoints,
} from '../../system/time/checkpoint.js';
import { describeConnectionFailure, describeSilence } from './describe-connection-failure.js';
import { describeErrorReply } from './describe-error-reply.js';
import { isOwnAddress } from './own-address.js';
import type { Party } from './party.js';
import { ReplyGuard } from './reply-guard.js';
import type { Reply } from './reply.js';
import {
  type ServerAccess,
  type TlsFiles,
  formatEndpoint,
  redisCliCommand,
} from './server-access.js';

export interface ConnectionParts {
  readonly fileSystem: FileSystem;
  readonly checkpoint: Checkpoint;
  /** What is at the other end; `Redis` where this is left out. */
  readonly kind?: Party['kind'];
  /** How long one whole reply may take, unless the call says otherwise. Connecting may take 10 s at most. */
  readonly replyTimeoutMs: number;
  /** Called again and again while the other end has not answered for a while. */
  readonly onSilence: (party: Party) => void;
}

const CONNECT_MOST_MS = 10_000;
/** A server that takes longer than a second keeps somebody waiting, who should be told. */
const SILENT_WAITS = 1000 / POLL_EVERY_MS;
/** Commands with subcommands, which ACL rules and messages name too. */
const WITH_SUBCOMMANDS: readonly string[] = ['CONFIG', 'SENTINEL'];

/** New names of commands (`rename-command`), by their usual names in lower case. */
export type CommandNames = ReadonlyMap<string, string>;

export class ServerConnection {
  /** Where the other end is, for messages. */
  readonly address: string;
  /** `redis-cli` with the options that lead to it, for hints. */
  readonly redisCli: string;
  readonly #party: Party;
  readonly #redis: Redis;
  readonly #parts: ConnectionParts;
  readonly #user: string;
  readonly #isTls: boolean;
  readonly #guard = new ReplyGuard();
  #names: CommandNames = new Map();
  #failure: unknown = null;
  #wantsPassword = true;

  /**
   * Connects, and sends the password if there is one.
   * @throws ServerError; SystemError where a file that `access` names cannot be read
   */
  static async open(access: ServerAccess, parts: ConnectionParts): Promise<ServerConnection> {
    const connection = new ServerConnection(access, parts);
    try {
      await connection.#connect();
      await connection.#authenticate(access);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  private constructor(access: ServerAccess, parts: ConnectionParts) {
    const { endpoint, tls } = access;
    this.address = formatEndpoint(endpoint);
    this.redisCli = redisCliCommand(access);
    this.#party = { kind: parts.kind ?? 'Redis', address: this.address };
    this.#parts = parts;
    this.#user = access.user ?? 'default';
    this.#isTls = tls !== null;
    this.#redis = new Redis({
      ...(endpoint.kind === 'socket'
        ? { path: endpoint.path }
        : { host: endpoint.host, port: endpoint.port }),
      ...(tls === null ? {} : { tls: readTls(parts.fileSystem, tls, access) }),
      // Ours counts the whole time, from the look-up of the name on. That of ioredis counts silence.
      connectTimeout: 0,
      protocol: 2,
      disconnectTimeout: 0,
      lazyConnect: true,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      disableClientInfo: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    this.#redis.on('error', (error: unknown) => {
      this.#failure ??= error;
    });
    this.#redis.once('connect', () => this.#guardReplies());
  }

  /** Whether the other end is on this machine, judged by its address. */
  get isLocal(): boolean {
    const { remoteAddress } = this.#redis.stream as { readonly remoteAddress?: string };
    return remoteAddress === undefined || isOwnAddress(remoteAddress);
  }

  /** False where a password was sent to a server that has none. */
  get wantsPassword(): boolean {
    return this.#wantsPassword;
  }

  /** Sends commands under these names from now on. */
  useNames(names: CommandNames): void {
    this.#names = names;
  }

  /**
   * Sends a command and waits for its reply.
   * @param timeoutMs how long it may take until the reply is there as a whole
   * @throws ServerError
   */
  async call(
    words: readonly [string, ...string[]],
    timeoutMs: number = this.#parts.replyTimeoutMs,
  ): Promise<Reply> {
    const [name, ...rest] = words;
    const sent = this.#names.get(name.toLowerCase()) ?? name;
    this.#guard.expectReply();
    const reply = this.#redis.callBuffer(sent, rest) as Promise<Reply>;
    reply.catch(() => {});
    const silence = (): ServerError => describeSilence(this.#party, timeoutMs);
    try {
      return await this.#await(within(reply, timeoutMs, silence));
    } catch (error) {
      throw this.#describe(error, name, rest[0] ?? null);
    }
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #connect(): Promise<void> {
    const connecting = this.#redis.connect();
    connecting.catch(() => {});
    const timeoutMs = Math.min(CONNECT_MOST_MS, this.#parts.replyTimeoutMs);
    const silence = (): Error => Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' });
    try {
      await this.#await(within(connecting, timeoutMs, silence));
    } catch (error) {
      throw this.#describe(error, 'connect', null);
    }
  }

  /** Waits for work of the other end, and tells if it takes long. */
  #await<T>(work: Promise<T>): Promise<T> {
    const { checkpoint, onSilence } = this.#parts;
    let waits = 0;
    return awaitWithCheckpoints(work, async () => {
      waits += 1;
      if (waits >= SILENT_WAITS) onSilence(this.#party);
      await checkpoint();
    });
  }

  /** Without a password, PING shows whether the other end speaks Redis and lets us in. */
  async #authenticate({ user, password }: ServerAccess): Promise<void> {
    if (password !== null) {
      const words = user === null ? [password.reveal()] : [user, password.reveal()];
      this.#wantsPassword = await this.#isAccepted(['AUTH', ...words], ['needless-password']);
      return;
    }
    await this.#isAccepted(['PING'], ['permission', 'occupied', 'failed', 'unknown-command']);
  }

  /** Sends a command. Returns false where it fails with a trouble that is `bearable`. */
  async #isAccepted(words: [string, ...string[]], bearable: ServerTrouble[]): Promise<boolean> {
    try {
      await this.call(words);
      return true;
    } catch (error) {
      if (error instanceof ServerError && bearable.includes(error.trouble)) return false;
      throw error;
    }
  }

  /**
   * Puts the guard between the server and the listeners of ioredis. No byte was read before: ioredis lets
   * the bytes flow only after this event.
   */
  #guardReplies(): void {
    const { stream } = this.#redis;
    const readers = stream.listeners('data');
    stream.removeAllListeners('data');
    stream.on('data', (chunk: Buffer) => {
      if (stream.destroyed) return;
      try {
        this.#guard.take(chunk);
      } catch (error) {
        stream.destroy(error as Error);
        return;
      }
      for (const reader of readers) reader.call(stream, chunk);
    });
  }

  #describe(error: unknown, name: string, argument: string | null): unknown {
    if (!(error instanceof Error) || error instanceof RewindError) return error;
    if (error.name === 'ReplyError') {
      const subcommand = WITH_SUBCOMMANDS.includes(name) ? argument : null;
      return describeErrorReply(this.#party, error.message, { name, subcommand, user: this.#user });
    }
    return describeConnectionFailure(this.#party, this.#failure ?? error, this.#isTls);
  }
}

/** @param silence makes the error for work that has not ended in time; the work goes on by itself */
async function within<T>(work: Promise<T>, timeoutMs: number, silence: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silence()), timeoutMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * With --cacert the signature of that authority is enough, as for redis-cli: such certificates often
 * carry no name. With the authorities of the system, the name in the certificate is checked too.
 */
function readTls(fileSystem: FileSystem, files: TlsFiles, { endpoint }: ServerAccess) {
  const read = (path: BytePath): Buffer => readSmallFile(fileSystem, path);
  const isNamed = endpoint.kind === 'tcp' && isIP(endpoint.host) === 0;
  return {
    ...(isNamed ? { servername: endpoint.host } : {}),
    ...(files.cacert === null
      ? {}
      : { ca: read(files.cacert), checkServerIdentity: () => undefined }),
    ...(files.cert === null ? {} : { cert: read(files.cert) }),
    ...(files.key === null ? {} : { key: read(files.key) }),
  };
}
