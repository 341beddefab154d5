// Finds the directory of a server's files, and proves it. A wrong directory is the worst mistake of a
// backup: every night succeeds, and nothing useful is kept. The proof is the process of the server, where
// /proc shows it: same id, same age, and a working directory of the same device and inode. Otherwise the
// proof comes later: the dump that the server is asked to save must appear in the directory.
import { ServerError, UsageError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import type { HeldFolder } from '../../system/files/held-folders.js';
import {
  type ServerProcess,
  findServerProcesses,
} from '../../system/processes/server-processes.js';
import type { ServerFacts } from './server-facts.js';
import type { ServerSettings } from './server-settings.js';

export interface FoundDirectory {
  /** Real path on this machine. */
  readonly path: BytePath;
  /** Device and inode: `path` may lead elsewhere a moment later. */
  readonly identity: { readonly dev: bigint; readonly ino: bigint };
  /** Whether a person has named it as SOURCE. Otherwise the server has. */
  readonly isNamed: boolean;
  /** The user as whom the server runs; null where its process is not known. */
  readonly serverUid: bigint | null;
  /** The process of the server on this machine; null where it is not known. */
  readonly processId: number | null;
  /** Whether the process of the server proves the directory. If not, a save has to. */
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

/** @throws ServerError where no directory is found; UsageError where SOURCE is not the server's directory */
export function findDirectory(search: DirectorySearch): FoundDirectory {
  const processes = search.isLocal ? matchingProcesses(search.facts) : [];
  const own = processes.filter(({ isContained }) => !isContained);
  const certain = own.length === 1 ? (own[0]?.workingDirectory ?? null) : null;
  const said = search.settings.directory;
  // A relative `dir` counts from where the server was started, and only its process can show that.
  const wanted = search.source ?? (said?.startsWith('/') ? said : certain?.path) ?? null;
  if (wanted === null) throw unknownDirectory(search);
  const path = search.fileSystem.realPath(wanted);
  const identity = path === null ? null : identify(search.fileSystem, path);
  if (path === null || identity === null) throw missingDirectory(search, wanted, processes);
  const isSame = ({ workingDirectory: other }: ServerProcess): boolean =>
    other !== null && other.device === identity.dev && other.inode === identity.ino;
  if (certain !== null && !own.some(isSame)) {
    throw wrongDirectory(search, path, certain.path);
  }
  const [process] = processes;
  return {
    path,
    identity,
    isNamed: search.source !== null,
    serverUid: processes.length === 1 ? (process?.uid ?? null) : null,
    processId: processes.length === 1 ? (process?.id ?? null) : null,
    isProved: processes.length === 1 && processes.every(isSame),
  };
}

/** How much the two ages may differ: the server counts whole seconds, and begins a little later. */
const AGE_TOLERANCE_SECONDS = 5;

/** Processes on this machine that may be the server: same id, same age. */
function matchingProcesses({ processId, uptimeSeconds }: ServerFacts): ServerProcess[] {
  if (processId === null || uptimeSeconds === null) return [];
  return findServerProcesses(processId).filter(
    ({ ageSeconds }) =>
      ageSeconds !== null && Math.abs(ageSeconds - uptimeSeconds) <= AGE_TOLERANCE_SECONDS,
  );
}

function identify(fileSystem: FileSystem, path: BytePath): FoundDirectory['identity'] | null {
  const stat = fileSystem.stat(path);
  return stat?.isDirectory() === true ? { dev: stat.dev, ino: stat.ino } : null;
}

/**
 * Keeps the directory open that was found. From then on every path in it is reached from there, whatever
 * becomes of its name.
 * @param address of the server, for messages
 * @throws ServerError where another directory has taken its place meanwhile; SystemError
 */
export function holdDirectory(
  fileSystem: FileSystem,
  { path, identity }: FoundDirectory,
  address: string,
): HeldFolder {
  const held = fileSystem.hold(path);
  const stat = fileSystem.stat(path);
  if (stat?.dev === identity.dev && stat.ino === identity.ino) return held;
  held.release();
  throw replacedDirectory(address, path);
}

/** The error for a directory that is no longer the one that was found. */
export function replacedDirectory(address: string, path: BytePath): ServerError {
  return new ServerError(
    'directory',
    `'${formatPath(path)}', the directory of Redis at ${address}, was replaced by another one during the backup`,
    { address, hint: 'find out who may rename that directory, and run again' },
  );
}

function unknownDirectory({ address, settings }: DirectorySearch): ServerError {
  const why =
    settings.knownFrom === 'none'
      ? 'does not let us read its configuration'
      : 'has no absolute path for its data directory in its configuration';
  return new ServerError('directory', `Redis at ${address} ${why}, so its directory is not known`, {
    address,

    hint: 'give --redis-conf FILE, or name the directory: redis-rewind backup SOURCE REPO …',
  });
}

function missingDirectory(
  { address, isLocal, source }: DirectorySearch,
  wanted: BytePath,
  processes: readonly ServerProcess[],
): ServerError | UsageError {
  const shown = formatPath(wanted);
  if (source !== null)
    return new UsageError(`source '${shown}' is not a directory on this machine`);
  const message = `Redis at ${address} keeps its files in '${shown}', which is not a directory on this machine`;
  if (!isLocal) {
    return new ServerError('directory', message, {
      address,

      hint: 'run redis-rewind on the machine of the server',
    });
  }
  const contained = processes.find(({ isContained }) => isContained);
  const where =
    contained === undefined
      ? 'if the server runs in a container or behind a tunnel'
      : `the server runs in a container (process ${contained.id} on this machine)`;
  return new ServerError('directory', message, {
    address,

    hint: `${where}, name its directory on this machine: redis-rewind backup SOURCE REPO …`,
  });
}

function wrongDirectory(
  { address, source, settings }: DirectorySearch,
  path: BytePath,
  actual: BytePath,
): ServerError | UsageError {
  const message = `'${formatPath(path)}' is not the directory of Redis at ${address}, which works in '${formatPath(actual)}'`;
  if (source !== null) {
    return new UsageError(message, { hint: 'leave out SOURCE: the server knows its directory' });
  }
  return new ServerError('directory', message, {
    address,

    hint:
      settings.knownFrom === 'file'
        ? 'check that --redis-conf is the file that this server was started with'
        : 'name the directory: redis-rewind backup SOURCE REPO …',
  });
}

/** The error for a directory that neither the process nor a save has proved. */
export function unprovedDirectory(
  address: string,
  path: BytePath,
  hint = 'run as root on the machine of the server, or let the server save with --save bgsave',
): ServerError {
  return new ServerError(
    'directory',
    `nothing shows that '${formatPath(path)}' is the directory of Redis at ${address}`,
    { address, hint },
  );
}

/**
 * Whoever controls a server can have it work in any directory, such as /etc, and can name it. Root would
 * then read what the server may not. So a directory that only the server has named must be its user's.
 * @param owner of the directory
 * @param serverUid as whom the server runs; null where neither its process nor a dump shows that
 * @throws ServerError
 */
export function requireOwnDirectory(
  address: string,
  path: BytePath,
  { owner, serverUid }: { readonly owner: bigint; readonly serverUid: bigint | null },
): void {
  if (serverUid === null) {
    const hint =
      'let the server save with --save bgsave, or name the directory: redis-rewind backup SOURCE REPO …';
    throw unprovedDirectory(address, path, hint);
  }
  if (serverUid === 0n || serverUid === owner) return;
  throw new ServerError(
    'directory',
    `'${formatPath(path)}' belongs to user ${owner}, and Redis at ${address} runs as user ${serverUid}`,
    {
      address,
      hint: 'if that is right, name the directory: redis-rewind backup SOURCE REPO …',
    },
  );
}
