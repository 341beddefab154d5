// Where a server's files are, and whether that is certain. A wrong directory is the worst that a backup
// can do: it goes well every night and holds nothing. So what is found is proved: by the process, where
// /proc shows it (same id, same age, its working directory's device and inode), or later by the dump
// that the server was asked to save, which must turn up there.
import { ServerError, UsageError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import {
  type ServerProcess,
  findServerProcesses,
} from '../../system/processes/server-processes.js';
import type { ServerFacts } from './server-facts.js';
import type { ServerSettings } from './server-settings.js';

export interface FoundDirectory {
  /** Real path on this machine. */
  readonly path: BytePath;
  /** Whether the server's own process shows that it is its. If not, a save has to. */
  readonly isProved: boolean;
}

export interface DirectorySearch {
  readonly fileSystem: FileSystem;
  /** Where the server is, for messages. */
  readonly address: string;
  readonly isLocal: boolean;
  readonly facts: ServerFacts;
  readonly settings: ServerSettings;
  /** SOURCE, where it was named. */
  readonly source: BytePath | null;
}

/**
 * @throws ServerError where there is no directory, UsageError where SOURCE is not the server's
 */
export function findDirectory(search: DirectorySearch): FoundDirectory {
  const processes = search.isLocal ? matchingProcesses(search.facts) : [];
  const own = processes.filter(({ isContained }) => !isContained);
  const certain = own.length === 1 ? (own[0]?.workingDirectory ?? null) : null;
  const said = search.settings.directory;
  // A relative path of a configuration file counts from where the server was started.
  const wanted = search.source ?? (said?.startsWith('/') ? said : certain?.path) ?? null;
  if (wanted === null) throw unknownDirectory(search);
  const path = search.fileSystem.realPath(wanted);
  const identity = path === null ? null : identify(search.fileSystem, path);
  if (path === null || identity === null) throw missingDirectory(search, wanted, processes);
  const isSame = ({ workingDirectory: other }: ServerProcess): boolean =>
    other !== null && other.device === identity.device && other.inode === identity.inode;
  if (certain !== null && !own.some(isSame)) {
    throw wrongDirectory(search, path, certain.path);
  }
  return { path, isProved: processes.length === 1 && processes.every(isSame) };
}

/** By how much the ages may differ: the server counts whole seconds, from a little later on. */
const AGE_TOLERANCE_SECONDS = 5;

/** Processes of this machine that may be the server: same id, same age. */
function matchingProcesses({ processId, uptimeSeconds }: ServerFacts): ServerProcess[] {
  if (processId === null || uptimeSeconds === null) return [];
  return findServerProcesses(processId).filter(
    ({ ageSeconds }) =>
      ageSeconds !== null && Math.abs(ageSeconds - uptimeSeconds) <= AGE_TOLERANCE_SECONDS,
  );
}

function identify(
  fileSystem: FileSystem,
  path: BytePath,
): { readonly device: bigint; readonly inode: bigint } | null {
  const stat = fileSystem.stat(path);
  return stat?.isDirectory() === true ? { device: stat.dev, inode: stat.ino } : null;
}

function unknownDirectory({ address, settings }: DirectorySearch): ServerError {
  const why =
    settings.knownFrom === 'none'
      ? 'does not let its configuration be read'
      : 'has no absolute path for its data directory in its configuration';
  return new ServerError('directory', `Redis at ${address} ${why}, so its directory is not known`, {
    hint: 'give --redis-conf FILE, or name the directory: redis-rewind backup SOURCE REPO …',
  });
}

function missingDirectory(
  { address, isLocal, source }: DirectorySearch,
  wanted: BytePath,
  processes: readonly ServerProcess[],
): ServerError | UsageError {
  const shown = formatPath(wanted);
  if (source !== null) return new UsageError(`source '${shown}' is no directory of this machine`);
  const message = `Redis at ${address} keeps its files in '${shown}', which is no directory of this machine`;
  if (!isLocal) {
    return new ServerError('directory', message, {
      hint: 'run redis-rewind on the machine of the server, where its files are',
    });
  }
  const contained = processes.find(({ isContained }) => isContained);
  const where =
    contained === undefined
      ? 'if it runs in a container or behind a tunnel'
      : `it runs in a container (process ${contained.id} of this machine)`;
  return new ServerError('directory', message, {
    hint: `${where}: name the folder of its volume here: redis-rewind backup SOURCE REPO …`,
  });
}

function wrongDirectory(
  { address, source, settings }: DirectorySearch,
  path: BytePath,
  actual: BytePath,
): ServerError | UsageError {
  const message = `'${formatPath(path)}' is not the directory of Redis at ${address}, which works in '${formatPath(actual)}'`;
  if (source !== null) {
    return new UsageError(message, { hint: 'leave SOURCE out: the server knows its directory' });
  }
  return new ServerError('directory', message, {
    hint:
      settings.knownFrom === 'file'
        ? 'is --redis-conf the file that this server was started with?'
        : 'name the directory: redis-rewind backup SOURCE REPO …',
  });
}

/** What is said where neither the process nor a save has proved the directory. */
export function unprovedDirectory(address: string, path: BytePath): ServerError {
  return new ServerError(
    'directory',
    `nothing shows that '${formatPath(path)}' is the directory of Redis at ${address}`,
    {
      hint: 'run as root on the machine of the server, or let the server save (--save bgsave)',
    },
  );
}
