// `recover`: brings a server back to a snapshot, or takes that back. The repository is locked from the first look at the
// server to the end, so that a backup by cron waits instead of taking a server that is half recovered.
import { parseTime } from '../snapshot/time-spec.js';
import { RewindError } from '../../errors.js';
import { recoveriesPath } from '../../repository/layout.js';
import { openForWriting } from '../../repository/open/open-repository.js';
import { noRepositoryAt } from '../../repository/open/no-repository.js';
import type { WritableRepository } from '../../repository/repository.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { openRepositorySource } from '../restore/read-from-repository.js';
import type { RunContext } from '../run/run-context.js';
import { bringBack } from './bring-back.js';
import { findRecoveries } from './target/find-recovery.js';
import { makeRecoveries } from './journal/recovery-journal.js';
import { isNotWritable, recoveriesPlaces } from './journal/recovery-place.js';
import { reachOrRecall, recallFrom } from './target/recall-target.js';
import type { RecoverReport } from './recover-report.js';
import type { RecoverRequest } from './recover-request.js';
import type { CommandRun } from './recovery-run.js';
import { undoRecovery } from './undo-recovery.js';

/** @throws RewindError; once something was changed, its hint says where things stand */
export async function recover(
  request: RecoverRequest,
  context: RunContext,
): Promise<RecoverReport> {
  const startedMs = context.clock.monotonicMs();
  const repositoryPath = realRepository(request.repository, context);
  await requireSnapshot(request, repositoryPath, context);
  const repository = request.dryRun ? null : await openIfWritable(request, repositoryPath, context);
  try {
    const report = await runFound({ request, context, startedMs, repositoryPath, repository });
    repository?.close();
    return report;
  } catch (error) {
    repository?.abandon();
    throw error;
  }
}

function realRepository(named: BytePath, { fileSystem }: RunContext): BytePath {
  const path = fileSystem.realPath(named);
  if (path === null) throw noRepositoryAt(fileSystem, named);
  return path;
}

/** A TIME of which there is no snapshot shows before anything is locked or contacted. */
async function requireSnapshot(
  { action }: RecoverRequest,
  repository: BytePath,
  context: RunContext,
): Promise<void> {
  if (action.kind === 'undo') return;
  const time = parseTime(action.time);
  await openRepositorySource(repository, time, context).close();
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
): Promise<RecoverReport> {
  const { request, context, repositoryPath } = run;
  const places = recoveriesPlaces(context.fileSystem, repositoryPath, request.folders);
  const reached = await reachOrRecall(request, places, context);
  const { journals, notes } = findRecoveries(context, places, reached.identity);
  const target = recallFrom(request, reached, journals, context);
  const found = { ...run, places, target, journals, notes };
  return request.action.kind === 'undo'
    ? undoRecovery(found)
    : bringBack(found, request.action.time);
}
