// A server that is about to be backed up: connected, its data loaded, its facts and settings read, and
// its directory found. Nothing has been asked of it yet.
import type { BytePath } from '../system/byte-path.js';
import type { Checkpoint } from '../system/checkpoint.js';
import type { Clock } from '../system/clock.js';
import type { FileSystem } from '../system/file-system.js';
import { readSmallFile } from '../system/read-small-file.js';
import { ServerConnection } from './connection.js';
import { expandFileNames } from './expand-file-names.js';
import { type FoundDirectory, findDirectory } from './find-directory.js';
import { Patience } from './patience.js';
import type { ServerAddress } from './server-address.js';
import { type ServerConfiguration, readServerConfiguration } from './server-configuration.js';
import { type ServerFacts, readServerFacts } from './server-facts.js';
import { type ServerSettings, readServerSettings } from './server-settings.js';

export interface LiveServerRequest {
  readonly address: ServerAddress;
  /** `--redis-conf`, or null. */
  readonly configuration: BytePath | null;
  /** SOURCE, where it was named. */
  readonly source: BytePath | null;
  readonly waitTimeoutMs: number;
  /** Told while the server loads its data. */
  readonly onLoading: (loadedBytes: number, totalBytes: number) => void;
}

export interface LiveServerParts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly checkpoint: Checkpoint;
}

export interface LiveServer {
  readonly connection: ServerConnection;
  readonly patience: Patience;
  readonly facts: ServerFacts;
  readonly settings: ServerSettings;
  readonly directory: FoundDirectory;
}

/** A server that forks with much memory, or runs a long command, stands still for a while. */
const REPLY_MOST_MS = 60_000;
const REPLY_LEAST_MS = 1000;

/**
 * @returns a server whose connection the caller closes
 * @throws ServerError; UsageError for what was given wrong; SystemError where a file cannot be read
 */
export async function openLiveServer(
  request: LiveServerRequest,
  parts: LiveServerParts,
): Promise<LiveServer> {
  const { address, source, waitTimeoutMs } = request;
  const { fileSystem } = parts;
  const configuration =
    request.configuration === null ? null : readConfiguration(fileSystem, request.configuration);
  const patience = new Patience(parts.clock, parts.checkpoint, waitTimeoutMs);
  const replyTimeoutMs = Math.max(REPLY_LEAST_MS, Math.min(REPLY_MOST_MS, waitTimeoutMs));
  const connection = await ServerConnection.open(address, { ...parts, replyTimeoutMs });
  try {
    if (configuration !== null) connection.useNames(usableNames(configuration));
    const facts = await readServerFacts(connection, patience, request.onLoading);
    const settings = await readServerSettings(connection, configuration, facts.majorVersion);
    const directory = findDirectory({
      fileSystem,
      server: connection.server,
      isLocal: connection.isLocal,
      facts,
      settings,
      source,
    });
    return { connection, patience, facts, settings, directory };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function readConfiguration(fileSystem: FileSystem, path: BytePath): ServerConfiguration {
  return readServerConfiguration(path, {
    read: (file) => readSmallFile(fileSystem, file),
    expand: (folder, pattern) => expandFileNames(fileSystem, folder, pattern),
  });
}

/** Commands that were disabled keep their names, so that the server says what it thinks of them. */
function usableNames({ renamed }: ServerConfiguration): ReadonlyMap<string, string> {
  return new Map([...renamed].filter(([, name]) => name !== ''));
}
