// One backup: a named server is contacted, the repository is opened or made, and a snapshot is taken. What
// was made for this backup alone is taken back at its end.
import { UsageError } from '../../errors.js';
import { Examiners } from '../../persistence/examine/examiners.js';
import { replacedDirectory } from '../../redis/server/find-directory.js';
import { openForWriting, requireCatalogs } from '../../repository/open/open-repository.js';
import type { WritableRepository } from '../../repository/repository.js';
import { Digests } from '../../system/digest/digests.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { requireZstd } from '../../system/zstd/zstd.js';
import type { RunContext } from '../run/run-context.js';
import type { PreparedServer } from '../server/prepared-server.js';
import { holdSource } from '../source/hold-source.js';
import { type PathFilter, createPathFilter } from '../source/path-filter.js';
import { type ResolvedPaths, resolvePaths } from '../source/source-guards.js';
import type { BackupReport } from './backup-report.js';
import type { BackupRequest } from './backup-request.js';
import type { BackupRun, SnapshotRun } from './backup-run.js';
import { scanBeforeCreation } from './first-scan.js';
import { takeSnapshot } from './take-snapshot.js';
import { contactAfterWriter } from './wait-for-writer.js';

/** @throws RewindError before the commit; after it, trouble is a note in the report */
export async function backup(request: BackupRequest, context: RunContext): Promise<BackupReport> {
  const contact = (): Promise<PreparedServer | null> => prepareNamedServer(request, context);
  const prepareServer = () => contactAfterWriter(request, context, contact);
  return prepareRun({ request, context, prepareServer }, backupSource);
}

/**
 * As `backup`, into a repository that the caller has opened for writing. The caller still holds its lock afterwards, and
 * closes it. After an error the caller abandons it.
 * @throws also UsageError where the request names another repository
 */
export async function backupInto(
  repository: WritableRepository,
  request: BackupRequest,
  context: RunContext,
): Promise<BackupReport> {
  const prepareServer = () => prepareNamedServer(request, context);
  return prepareRun({ request, context, prepareServer }, async (run, path) => {
    if (path !== repository.path) {
      throw new UsageError(`'${formatPath(path)}' is not the repository that is open`);
    }
    return takeAndTidy({ ...run, repository, firstScan: null });
  });
}

interface Preparation {
  readonly request: BackupRequest;
  readonly context: RunContext;
  /** Null where no server is named. */
  readonly prepareServer: () => Promise<PreparedServer | null>;
}

/** @param take is given the real path of the repository */
async function prepareRun(
  { request, context, prepareServer }: Preparation,
  take: (run: BackupRun, path: BytePath) => Promise<BackupReport>,
): Promise<BackupReport> {
  const startedMs = context.clock.monotonicMs();
  // Parts that cannot be loaded show here, before anything is made or written.
  requireCatalogs();
  await requireZstd();
  const preparedServer = await prepareServer();
  const digests = new Digests();
  const examiners = request.examine ? new Examiners(context.checkpoint) : null;
  try {
    const { repository, ...resolved } = resolveRequest(request, context, preparedServer);
    const parts = { request, context, startedMs, preparedServer, digests, examiners };
    const held = holdSource(context.fileSystem, resolved);
    try {
      return await take({ ...parts, ...resolved }, repository);
    } finally {
      held.release();
    }
  } finally {
    preparedServer?.close();
    await Promise.all([digests.close(), examiners?.close()]);
  }
}

/** @throws ServerError, UsageError */
async function prepareNamedServer(
  { serverRequest, namedSource }: BackupRequest,
  context: RunContext,
): Promise<PreparedServer | null> {
  if (serverRequest === null) return null;
  // Loaded only where it is needed.
  const { prepareServer } = await import('../server/prepare-server.js');
  return prepareServer(serverRequest, namedSource, context);
}

interface ResolvedRequest extends ResolvedPaths {
  readonly filter: PathFilter;
}

/** @throws UsageError where there is neither SOURCE nor a server; as `resolvePaths` */
function resolveRequest(
  request: BackupRequest,
  context: RunContext,
  preparedServer: PreparedServer | null,
): ResolvedRequest {
  const namedSource = preparedServer?.directory ?? request.namedSource;
  if (namedSource === null) throw new UsageError('neither a source nor a server is given');
  const paths = resolvePaths(context, { ...request, namedSource });
  if (preparedServer !== null && paths.source !== preparedServer.directory) {
    throw replacedDirectory(preparedServer.address, preparedServer.directory);
  }
  const sourceNames = [paths.source, request.namedSource ?? namedSource];
  return { ...paths, filter: createPathFilter(request.rules, sourceNames) };
}

/** @param path of the repository */
async function backupSource(run: BackupRun, path: BytePath): Promise<BackupReport> {
  const { request, context } = run;
  const firstScan = await scanBeforeCreation(run, path);
  const repository = await openForWriting(context.fileSystem, path, {
    create: request.create,
    waitLockMs: request.waitLockMs,
    checkpoint: context.checkpoint,
    clock: context.clock,
    actingUid: context.uid,
  });
  try {
    const report = await takeAndTidy({ ...run, repository, firstScan });
    repository.close();
    return report;
  } catch (error) {
    repository.abandon();
    throw error;
  }
}

/** Takes back what a server was asked to write for this backup, whether or not that went well. */
async function takeAndTidy(run: SnapshotRun): Promise<BackupReport> {
  const { preparedServer } = run;
  let report: BackupReport;
  try {
    report = await takeSnapshot(run);
  } catch (error) {
    preparedServer?.removeTemporary();
    throw error;
  }
  const notes = preparedServer?.removeTemporary() ?? [];
  return { ...report, notes: [...report.notes, ...notes] };
}
