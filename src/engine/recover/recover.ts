// `recover`: brings a server back to a snapshot, or takes that back. The repository is locked from the first look at the
// server to the end, so that a backup by cron waits instead of taking a server that is half recovered.
import { parseTime } from '../snapshot/time-spec.js';
import { RewindError } from '../../errors.js';
import { recoveriesPath } from '../../repository/layout.js';
import { openForWriting } from '../../repository/open/open-repository.js';
import { noRepositoryAt } from '../../repository/open/no-repository.js';
import type { WritableRepository } from '../../repository/repository.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { RunContext } from '../run/run-context.js';
import { bringBack } from './bring-back.js';
import { findRecoveries } from './target/find-recovery.js';
import { makeRecoveries } from './journal/recovery-journal.js';
import { isNotWritable, recoveriesPlaces } from './journal/recovery-place.js';
import { reachOrRecall, recallFrom } from './target/recall-target.js';
import type { RecoverReport } from './recover-report.js';
import type { RecoverRequest } from './recover-request.js';
import type { CommandRun } from './recovery-run.js';
import { isUnderWay, requireKeepable } from './require-keepable.js';
import { fetchArchive } from './source/fetch-archive.js';
import type { RecoverySource } from './source/recovery-source.js';
import { requireRecoverable } from './plan/requirements.js';
import { openRepositorySnapshot } from './source/repository-snapshot.js';
import { undoRecovery } from './undo-recovery.js';

/** @throws RewindError; once something was changed, its hint says where things stand */
export async function recover(
  request: RecoverRequest,
  context: RunContext,
): Promise<RecoverReport> {
  const startedMs = context.clock.monotonicMs();
  const repositoryPath = request.repository && realRepository(request.repository, context);
  const fetched = await openFirst(request, repositoryPath, context);
  try {
    const repository =
      request.dryRun || repositoryPath === null
        ? null
        : await openIfWritable(request, repositoryPath, context);
    try {
      const run = { request, context, startedMs, repositoryPath, repository };
      const report = await runFound(run, fetched);
      repository?.close();
      return report;
    } catch (error) {
      repository?.abandon();
      throw error;
    }
  } finally {
    await fetched?.close();
  }
}

function realRepository(named: BytePath, { fileSystem }: RunContext): BytePath {
  const path = fileSystem.realPath(named);
  if (path === null) throw noRepositoryAt(fileSystem, named);
  return path;
}

/**
 * A TIME of which there is no snapshot shows before anything is locked or contacted. An archive is read while the repository
 * is free for backups, and after the server has shown that it can be
 * found and recovered, and that what it holds can be kept.
 * @returns the archive; null without one
 */
async function openFirst(
  request: RecoverRequest,
  repository: BytePath | null,
  context: RunContext,
): Promise<RecoverySource | null> {
  const { action } = request;
  if (action.kind === 'recover-archive') {
    const places = recoveriesPlaces(context.fileSystem, repository, request.folders);
    const target = await reachOrRecall(request, places, context);
    requireRecoverable(target.facts.running);
    const { journals } = findRecoveries(context, places, target.identity);
    if (!journals.some(isUnderWay)) {
      requireKeepable({ request, target, repositoryPath: repository });
    }
    return fetchArchive(action, context);
  }
  if (action.kind === 'recover' && repository !== null) {
    await openRepositorySnapshot(repository, parseTime(action.time), context).close();
  }
  return null;
}

/** Null where this user may not write there: the snapshots can be read all the same. */
async function openIfWritable(
  { waitLockMs }: RecoverRequest,
  path: BytePath,
  { fileSystem, checkpoint, clock, uid, processId }: RunContext,
): Promise<WritableRepository | null> {
  let repository: WritableRepository | null = null;
  try {
    const options = { create: false, waitLockMs, checkpoint, clock, actingUid: uid };
    repository = await openForWriting(fileSystem, path, options);
    // SQLite takes a lock with the right to read alone.
    makeRecoveries({ fileSystem, recoveries: recoveriesPath(repository.path), uid, processId });
    return repository;
  } catch (error) {
    repository?.abandon();
    if (error instanceof RewindError && isNotWritable(error)) return null;
    throw error;
  }
}

async function runFound(
  run: Omit<CommandRun, 'places' | 'target' | 'journals' | 'notes'>,
  fetched: RecoverySource | null,
): Promise<RecoverReport> {
  const { request, context, repositoryPath } = run;
  const { action } = request;
  const places = recoveriesPlaces(context.fileSystem, repositoryPath, request.folders);
  const reached = await reachOrRecall(request, places, context);
  const { journals, notes } = findRecoveries(context, places, reached.identity);
  const target = recallFrom(request, reached, journals, context);
  const found = { ...run, places, target, journals, notes };
  if (action.kind === 'undo') return undoRecovery(found);
  const typed = action.kind === 'recover' ? action.time : action.archive.typed;
  return bringBack(found, typed, fetched);
}
