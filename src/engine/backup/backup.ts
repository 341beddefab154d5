// One backup: a server is contacted where one is named, the repository opened or made, a snapshot taken,
// and what was made for it alone taken back.
import { UsageError } from '../../errors.js';
import { Examiners } from '../../persistence/examine/examiners.js';
import { inspectTarget } from '../../repository/open/inspect-target.js';
import { openForWriting, requireCatalogs } from '../../repository/open/open-repository.js';
import { Digests } from '../../system/digest/digests.js';
import { requireZstd } from '../../system/zstd/zstd.js';
import { requireFreeSpace } from '../run/check-space.js';
import { createPathFilter } from '../source/path-filter.js';
import { bytesToRead, filesToRead } from './plan-reading.js';
import type { LastSnapshot } from './last-snapshot.js';
import type { PreparedServer } from '../server/prepare-server.js';
import type { BackupReport } from './backup-report.js';
import type { BackupRequest } from './backup-request.js';
import type { RunContext } from '../run/run-context.js';
import { type SourceScan, scanSource } from '../source/scan-source.js';
import { resolvePaths } from '../source/source-guards.js';
import { type SnapshotRun, takeSnapshot } from './take-snapshot.js';

const NOTHING: LastSnapshot = {
  versions: new Map(),
  states: new Map(),
  conditions: new Map(),
  present: [],
};

/** @throws RewindError before the commit; after it, trouble is a note in the report */
export async function backup(request: BackupRequest, context: RunContext): Promise<BackupReport> {
  const startedMs = context.clock.monotonicMs();
  // Parts that cannot be loaded are met here, before anything is made or written.
  requireCatalogs();
  await requireZstd();
  const server = await prepareNamedServer(request, context);
  try {
    return await backupSource(request, context, server, startedMs);
  } finally {
    server?.close();
  }
}

/** @throws ServerError; UsageError where there is neither SOURCE nor a server */
async function prepareNamedServer(
  { server, source }: BackupRequest,
  context: RunContext,
): Promise<PreparedServer | null> {
  if (server === null) return null;
  // Loaded only where it is needed.
  const { prepareServer } = await import('../server/prepare-server.js');
  return prepareServer(server, source, context);
}

async function backupSource(
  request: BackupRequest,
  context: RunContext,
  server: PreparedServer | null,
  startedMs: number,
): Promise<BackupReport> {
  const { fileSystem } = context;
  const named = server?.source ?? request.source;
  if (named === null) throw new UsageError('neither a source nor a server is given');
  const { source, repository: path } = resolvePaths(fileSystem, { ...request, source: named });
  const filter = createPathFilter(request.rules, [source, named, request.source ?? named]);
  const scan = (): Promise<SourceScan> =>
    scanSource({ fileSystem, source, also: request.also, filter, checkpoint: context.checkpoint });
  const digests = new Digests();
  const examiners = request.examine ? new Examiners(context.checkpoint) : null;
  try {
    if (request.create && inspectTarget(fileSystem, path) === 'to-be-made') {
      const { entries } = await scan();
      requireFreeSpace(fileSystem, path, bytesToRead(entries, NOTHING, false));
      for (const { stat } of filesToRead(entries, NOTHING, false)) digests.prepare(stat.size);
    }
    const repository = await openForWriting(fileSystem, path, {
      create: request.create,
      waitLockMs: request.waitLockMs,
      checkpoint: context.checkpoint,
      clock: context.clock,
      actingUid: context.uid,
    });
    try {
      const run: SnapshotRun = {
        request,
        context,
        digests,
        examiners,
        source,
        repository,
        scan,
        filter,
        server,
      };
      const made = await removingTemporary(run, async () => takeSnapshot(run, startedMs));
      repository.close();
      return made;
    } catch (error) {
      repository.abandon();
      throw error;
    }
  } finally {
    await Promise.all([digests.close(), examiners?.close()]);
  }
}

/** Takes back what a server was asked to write for this backup, whether or not that went well. */
async function removingTemporary(
  { server, repository }: SnapshotRun,
  work: () => Promise<BackupReport>,
): Promise<BackupReport> {
  let made: BackupReport;
  try {
    made = await work();
  } catch (error) {
    server?.removeTemporary(repository.path);
    throw error;
  }
  const notes = server?.removeTemporary(repository.path) ?? [];
  return { ...made, notes: [...made.notes, ...notes] };
}
