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

export interface LiveServerRequest {
  /** How to reach the server: directly, or through Sentinels. */
  readonly access: ServerAccess | SentinelAccess;
  /** `--redis-conf`, or null. */
  readonly configuration: BytePath | null;
  /** SOURCE, where it was named. */
  readonly source: BytePath | null;
  readonly waitTimeoutMs: number;
  /** Called while the server loads its data. */
  readonly onLoading: (loadedBytes: number, totalBytes: number) => void;
  /** Called while waiting for a failover. */
  readonly onFailover: () => void;
  /** Called again and again while the server or a Sentinel has not answered for a while. */
  readonly onSilence: (party: Party) => void;
}

export interface LiveServerParts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly checkpoint: Checkpoint;
}

export interface LiveServer {
  readonly connection: ServerConnection;
  /** What the Sentinels said; null where none was asked. */
  readonly sentinels: Pick<FoundServer, 'masterName' | 'passedOver'> | null;
  readonly patience: Patience;
  readonly facts: ServerFacts;
  readonly settings: ServerSettings;
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
  const { source, waitTimeoutMs } = request;
  const { fileSystem } = parts;
  const configuration =
    request.configuration === null ? null : readConfiguration(fileSystem, request.configuration);
  const patience = new Patience(parts.clock, parts.checkpoint, waitTimeoutMs);
  const names = configuration === null ? null : usableNames(configuration);
  const { connection, sentinels } = await connect(request, parts, patience, names);
  try {
    const facts = await readServerFacts(connection, patience, request.onLoading);
    const settings = await readServerSettings(connection, configuration, facts.majorVersion);
    const directory = findDirectory({
      fileSystem,
      address: connection.address,
      isLocal: connection.isLocal,
      facts,
      settings,
      source,
    });
    return { connection, sentinels, patience, facts, settings, directory };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A Sentinel has little to do. If one hangs, the next may answer. */
const SENTINEL_REPLY_MOST_MS = 3000;

async function connect(
  { access, source, waitTimeoutMs, onFailover, onSilence }: LiveServerRequest,
  parts: LiveServerParts,
  patience: Patience,
  names: CommandNames | null,
): Promise<Pick<LiveServer, 'connection' | 'sentinels'>> {
  const open = async (
    serverAccess: ServerAccess,
    kind: Party['kind'],
  ): Promise<ServerConnection> => {
    const mostMs = kind === 'Sentinel' ? SENTINEL_REPLY_MOST_MS : REPLY_MOST_MS;
    const replyTimeoutMs = Math.max(REPLY_LEAST_MS, Math.min(mostMs, waitTimeoutMs));
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
    hasSource: source !== null,
    patience,
    monotonicMs: () => parts.clock.monotonicMs(),
    open,
    onWaiting: onFailover,
  });
  return { connection, sentinels };
}

function readConfiguration(fileSystem: FileSystem, path: BytePath): ServerConfiguration {
  return readServerConfiguration(path, {
    read: (file) => readSmallFile(fileSystem, file),
    expand: (folder, pattern) => expandFileNames(fileSystem, folder, pattern),
  });
}

/** A disabled command has no new name. It is sent under its usual one, and the server refuses it. */
function usableNames({ renamed }: ServerConfiguration): CommandNames {
  return new Map([...renamed].filter(([, name]) => name !== ''));
}
