// Finds and checks what is to be watched, before anything is waited for. A failure at this point rarely
// passes by itself, so it ends the run with its exit code.
import type { SourceState } from '../../catalog/records.js';
import {
  RewindError,
  ServerError,
  type ServerTrouble,
  SourceChangedError,
  UsageError,
} from '../../errors.js';
import { openForReading } from '../../repository/open/open-repository.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { BackupRequest } from '../backup/backup-request.js';
import type { RunContext } from '../run/run-context.js';
import { type PathFilter, createPathFilter } from '../source/path-filter.js';
import { requireSameSource, resolvePaths } from '../source/source-guards.js';
import type { SaveNames } from './find-saves.js';

export interface WatchTarget {
  /** As it was named, or as the server names it: where a link leads is looked up each time. */
  readonly directory: BytePath;
  /** Real path. */
  readonly repository: BytePath;
  readonly names: SaveNames | null;
  readonly filter: PathFilter;
  /** Null where no server was named. */
  readonly serverAddress: string | null;
}

/**
 * Finds the directory and the repository, and checks that they belong together.
 * @throws RewindError; `mayPass` says whether waiting for the server makes sense
 */
export async function findTarget(
  request: BackupRequest,
  context: RunContext,
): Promise<WatchTarget> {
  const { fileSystem } = context;
  const found = await askServer(request, context);
  const directory = found?.directory ?? request.namedSource;
  if (directory === null) throw new UsageError('neither a source nor a server is given');
  const paths = resolvePaths(context, { ...request, namedSource: directory });
  const filter = createPathFilter(request.rules, [
    paths.source,
    directory,
    request.namedSource ?? directory,
  ]);
  const repository = openForReading(fileSystem, paths.repository);
  try {
    const newest = repository.newestSnapshot();
    const { hostName } = context;
    requireSameSource(newest, { source: paths.source, hostName, masterName: null });
  } catch (error) {
    throw error instanceof RewindError ? adviseByHand(error) : error;
  } finally {
    repository.close();
  }
  return {
    directory,
    repository: paths.repository,
    names: found?.names ?? null,
    filter,
    serverAddress: found?.serverAddress ?? null,
  };
}

/** What the last snapshot has of each file that was read. @throws RewindError */
export function readStates(
  { repository: path }: WatchTarget,
  { fileSystem }: RunContext,
): ReadonlyMap<BytePath, SourceState> {
  const repository = openForReading(fileSystem, path);
  try {
    return new Map(repository.sourceStates().map((state) => [state.path, state]));
  } finally {
    repository.close();
  }
}

/** Whether a server that cannot be found now may be there later, without a change here. */
export function mayPass(error: unknown): error is ServerError {
  return error instanceof ServerError && !LASTING.includes(error.trouble);
}

const LASTING: readonly ServerTrouble[] = [
  'tls',
  'foreign',
  'credentials',
  'permission',
  'unknown-command',
  'directory',
];

/** Whether --force is right, a person has to decide: nobody looks at a run of `watch`. */
export function adviseByHand(error: RewindError): RewindError {
  if (!(error instanceof SourceChangedError)) return error;
  return new SourceChangedError(error.message, {
    source: error.source,
    hint: "if this is intended, take one backup by hand with 'redis-rewind backup --force'",
    cause: error,
  });
}

async function askServer(
  { serverRequest, namedSource }: BackupRequest,
  context: RunContext,
): Promise<Pick<WatchTarget, 'directory' | 'names' | 'serverAddress'> | null> {
  if (serverRequest === null) return null;
  // Loaded only where it is needed.
  const { contactServer } = await import('../server/contact-server.js');
  const { connection, settings, directory } = await contactServer(
    serverRequest,
    namedSource,
    context,
  );
  connection.close();
  const { dumpName: dump, aofName: log, aofFolder: folder } = settings;
  return {
    directory: directory.path,
    names: { dump, log, folder },
    serverAddress: connection.address,
  };
}
