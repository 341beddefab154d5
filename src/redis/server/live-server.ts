// A server that is ready for a backup: connected, with its data loaded, its facts and settings read, and
// its directory found. Nothing was changed on the server, and no save was asked for.
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readSmallFile } from '../../system/files/read-small-file.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { Clock } from '../../system/time/clock.js';
import { type CommandNames, ServerConnection } from '../connection/connection.js';
import type { Party } from '../connection/party.js';
import { Patience } from '../connection/patience.js';
import type { ServerAccess } from '../connection/server-access.js';
import { type FoundServer, findBySentinel } from '../sentinel/find-by-sentinel.js';
import type { SentinelAccess } from '../sentinel/sentinel-access.js';
import { expandFileNames } from './expand-file-names.js';
import { type FoundDirectory, findDirectory } from './find-directory.js';
import { type ServerConfiguration, readServerConfiguration } from './server-configuration.js';
import { type ServerFacts, readServerFacts } from './server-facts.js';
import { type ServerSettings, readServerSettings } from './server-settings.js';

export interface ReachRequest {
  /** How to reach the server: directly, or through Sentinels. */
  readonly access: ServerAccess | SentinelAccess;
  /** `--redis-conf`, or null. */
  readonly configuration: BytePath | null;
  /** Whether a primary that Sentinels name may be on another machine. */
  readonly mayBeElsewhere: boolean;
  readonly waitTimeoutMs: number;
  /** Called while the server loads its data. */
  readonly onLoading: (loadedBytes: number, totalBytes: number) => void;
  /** Called while waiting for a failover. */
  readonly onFailover: () => void;
  /** Called again and again while the server or a Sentinel has not answered for a while. */
  readonly onSilence: (party: Party) => void;
}

export interface LiveServerRequest extends Omit<ReachRequest, 'mayBeElsewhere'> {
  /** SOURCE, where it was named. */
  readonly source: BytePath | null;
}

export interface LiveServerParts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly checkpoint: Checkpoint;
}

/** A server that is connected and has loaded its data. */
export interface ReachedServer {
  readonly connection: ServerConnection;
  /** What the Sentinels said; null where none was asked. */
  readonly sentinels: Pick<FoundServer, 'masterName' | 'passedOver'> | null;
  readonly patience: Patience;
  readonly facts: ServerFacts;
  readonly settings: ServerSettings;
}

export interface LiveServer extends ReachedServer {
  readonly directory: FoundDirectory;
}

/** A server answers nothing while it forks with much memory or runs a long command. */
const REPLY_MOST_MS = 60_000;
const REPLY_LEAST_MS = 1000;

/**
 * @returns a server whose connection the caller closes
 * @throws ServerError; UsageError for wrong options; SystemError where a file cannot be read
 */
export async function openLiveServer(
  request: LiveServerRequest,
  parts: LiveServerParts,
): Promise<LiveServer> {
  const { source } = request;
  const reached = await reachServer({ ...request, mayBeElsewhere: source !== null }, parts);
  const { connection, facts, settings } = reached;
  try {
    const directory = findDirectory({
      fileSystem: parts.fileSystem,
      address: connection.address,
      isLocal: connection.isLocal,
      facts,
      settings,
      source,
    });
    return { ...reached, directory };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** As openLiveServer, without a look for the server's directory. */
export async function reachServer(
  request: ReachRequest,
  parts: LiveServerParts,
): Promise<ReachedServer> {
  const { fileSystem } = parts;
  const configuration =
    request.configuration === null ? null : readConfiguration(fileSystem, request.configuration);
  const patience = new Patience(parts.clock, parts.checkpoint, request.waitTimeoutMs);
  const names = configuration === null ? null : usableNames(configuration);
  const { connection, sentinels } = await connect(request, parts, patience, names);
  try {
    const facts = await readServerFacts(connection, patience, request.onLoading);
    const settings = await readServerSettings(connection, configuration, facts.majorVersion);
    return { connection, sentinels, patience, facts, settings };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * Connects, and asks nothing. The server may still be loading its data.
 * @returns a connection that the caller closes
 * @throws ServerError; UsageError for a wrong configuration file; SystemError
 */
export async function connectDirectly(
  request: {
    readonly access: ServerAccess;
    readonly configuration: BytePath | null;
    readonly waitTimeoutMs: number;
  },
  { fileSystem, checkpoint }: Pick<LiveServerParts, 'fileSystem' | 'checkpoint'>,
): Promise<ServerConnection> {
  const { access, configuration, waitTimeoutMs } = request;
  const names =
    configuration === null ? null : usableNames(readConfiguration(fileSystem, configuration));
  const connection = await ServerConnection.open(access, {
    fileSystem,
    checkpoint,
    replyTimeoutMs: replyTimeout(REPLY_MOST_MS, waitTimeoutMs),
    onSilence: () => {},
  });
  if (names !== null) connection.useNames(names);
  return connection;
}

function replyTimeout(mostMs: number, waitTimeoutMs: number): number {
  return Math.max(REPLY_LEAST_MS, Math.min(mostMs, waitTimeoutMs));
}

/** A Sentinel has little to do. If one hangs, the next may answer. */
const SENTINEL_REPLY_MOST_MS = 3000;

async function connect(
  { access, mayBeElsewhere, waitTimeoutMs, onFailover, onSilence }: ReachRequest,
  parts: LiveServerParts,
  patience: Patience,
  names: CommandNames | null,
): Promise<Pick<LiveServer, 'connection' | 'sentinels'>> {
  const open = async (
    serverAccess: ServerAccess,
    kind: Party['kind'],
  ): Promise<ServerConnection> => {
    const mostMs = kind === 'Sentinel' ? SENTINEL_REPLY_MOST_MS : REPLY_MOST_MS;
    const replyTimeoutMs = replyTimeout(mostMs, waitTimeoutMs);
    const connection = await ServerConnection.open(serverAccess, {
      ...parts,
      kind,
      replyTimeoutMs,
      onSilence,
    });
    if (names !== null && kind === 'Redis') connection.useNames(names);
    return connection;
  };
  if (!('sentinels' in access)) return { connection: await open(access, 'Redis'), sentinels: null };
  const { connection, ...sentinels } = await findBySentinel({
    access,
    hasSource: mayBeElsewhere,
    patience,
    monotonicMs: () => parts.clock.monotonicMs(),
    open,
    onWaiting: onFailover,
  });
  return { connection, sentinels };
}

/** @throws UsageError for a file that a server would not accept; SystemError */
export function readConfiguration(fileSystem: FileSystem, path: BytePath): ServerConfiguration {
  return readServerConfiguration(path, {
    read: (file) => readSmallFile(fileSystem, file),
    expand: (folder, pattern) => expandFileNames(fileSystem, folder, pattern),
  });
}

/** A disabled command has no new name. It is sent under its usual one, and the server refuses it. */
function usableNames({ renamed }: ServerConfiguration): CommandNames {
  return new Map([...renamed].filter(([, name]) => name !== ''));
}
