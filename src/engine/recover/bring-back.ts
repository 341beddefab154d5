// The way forward: plans the recovery, asks, and runs its steps. One that was begun by an earlier run goes on with its
// snapshot.
import { InterruptedError, RewindError, UsageError } from '../../errors.js';
import { recoveriesPath } from '../../repository/layout.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { append } from '../../system/lists/lists.js';
import type { BackupReport } from '../backup/backup-report.js';
import type { Note } from '../run/notes.js';
import { parseTime } from '../snapshot/time-spec.js';
import { describeStart } from './describe-control.js';
import { type Begun, findBegun } from './find-begun.js';
import { type JournalPlace, RecoveryJournal, makeRecoveries } from './journal/recovery-journal.js';
import { isNotWritable, newRecoveryId, ownRecoveries } from './journal/recovery-place.js';
import { writeServerRecord } from './journal/server-records.js';
import { keepPresent } from './keep-present.js';
import { makeControl } from './make-control.js';
import { forgetMark, markEnd, markFor } from './mark-recovery.js';
import { planControl } from './plan-control.js';
import { planRecovery } from './plan/plan-recovery.js';
import type { RecoveryPlan } from './plan/recovery-plan.js';
import { requireArchiveElsewhere } from './plan/requirements.js';
import type { RecoverReport, RecoveryPreview } from './recover-report.js';
import type { CommandRun } from './recovery-run.js';
import { runRecovery } from './run-recovery.js';
import { requireKeepable, requireWritable } from './require-keepable.js';
import { readServerNow } from './server-now.js';
import { showPlan } from './show-plan.js';
import { countExpired } from './source/count-expired.js';
import { readSnapshotData } from './source/read-snapshot-data.js';
import type { RecoverySource } from './source/recovery-source.js';
import { openRepositorySnapshot } from './source/repository-snapshot.js';
import { requireRoomToPlace } from './steps/room-to-place.js';
import { StoppedRecoveryError } from './stopped-recovery-error.js';
import { forgetServer, recordPlace } from './target/recall-target.js';

/** @param fetched the archive that is brought back, closed by the caller; null for a snapshot of the repository */
export async function bringBack(
  run: CommandRun,
  typed: string,
  fetched: RecoverySource | null,
): Promise<RecoverReport> {
  const begun = findBegun(run, { typed, contentDigest: fetched?.archive?.contentDigest ?? null });
  if (fetched !== null) return bringBackFrom(run, fetched, { typed, begun });
  const { repositoryPath, context } = run;
  if (repositoryPath === null) throw new Error('a snapshot of no repository was asked for');
  const begunId = begun?.journal.state.record.snapshotId;
  const time = parseTime(begunId === undefined ? typed : `#${begunId}`);
  const source = openRepositorySnapshot(repositoryPath, time, context);
  try {
    return await bringBackFrom(run, source, { typed, begun });
  } finally {
    await source.close();
  }
}

interface Wanted {
  /** `-r` or `--from` as it was typed. */
  readonly typed: string;
  readonly begun: Begun | null;
}

async function bringBackFrom(
  run: CommandRun,
  source: RecoverySource,
  { typed, begun }: Wanted,
): Promise<RecoverReport> {
  const { request, context, target } = run;
  const { toType } = request;
  const { facts, owner } = target;
  const continued = begun?.isUnderWay === true ? begun.journal : null;
  const id = continued?.state.record.id ?? newId(run);
  const data = await readSnapshotData(source, facts.settings);
  const wanted = { target: facts, data, use: request.use };
  const { expected } = planRecovery({ ...wanted, expired: null }, id);
  const expired = await countExpired(source.files, expected, context);
  const plan = { ...planRecovery({ ...wanted, expired }, id), ...planControl(target) };
  const requireRoom = () =>
    requireRoomToPlace(context.fileSystem, facts.directory, source.files.entries, plan.files);
  if (continued === null) {
    requireRoom();
    requireKeepable(run);
  }
  requireArchiveStays(run, source, plan);
  const preview = showPlan(run, source, plan, { id, continued });
  if (request.dryRun) return finish(run, preview, { outcome: 'planned' });
  if (continued === null) requireWritable(run);
  if (!(await request.confirm(preview))) return finish(run, preview, { outcome: 'planned' });
  const journal = continued ?? beginJournal(run, { id, source, plan, typed });
  if (continued === null) noteServer(run, id);
  // Nothing was changed by it, and this one has taken its place.
  if (begun !== null && !begun.isUnderWay) endUnchanged(run, begun.journal);
  const notes: Note[] = [];
  let presentSnapshot: number | null = null;
  const control = makeControl(run, {
    stop: plan.stop,
    start: plan.start,
    protocol: plan.files.protocol,
    expected: plan.expected,
    keepPresent: async () => {
      const report = await keepIfWanted(run);
      presentSnapshot = report?.snapshot.id ?? null;
      // The server may have needed room to save.
      requireRoom();
      markFor(run, journal.state.record, 'begun');
      return report?.notes ?? [];
    },
  });
  const placement = { source: source.files, files: plan.files, owner };
  const beforeEnd = () => markEnd(run, journal.state.record, 'recovered');
  try {
    const { directory } = facts;
    const recovery = { journal, directory, control, placement, beforeEnd, toType, context };
    append(notes, await runRecovery(recovery));
  } catch (error) {
    // Nothing was changed, not even the repository: the same command begins anew.
    const isUnchanged = !journal.state.begun.has('stop') && presentSnapshot === null;
    if (isUnchanged) endUnchanged(run, journal);
    throw error;
  }
  const isStarted = plan.start.kind !== 'by-hand';
  return finish(run, preview, { outcome: 'recovered', isStarted, presentSnapshot, notes });
}

function requireArchiveStays(
  { context: { fileSystem }, target }: CommandRun,
  { archive, files: { location } }: RecoverySource,
  { aside }: Pick<RecoveryPlan, 'aside'>,
): void {
  if (archive === null || location === null) return;
  const { path } = location;
  requireArchiveElsewhere(fileSystem.realPath(path) ?? path, target.facts.directory, aside);
}

/** Null where nothing is to be backed up. @throws RewindError whose hint says how to go on without that */
async function keepIfWanted({
  request,
  repository,
  target,
  context,
}: CommandRun): Promise<BackupReport | null> {
  const { server } = target;
  if (repository === null || request.discardPresent || server === null) return null;
  try {
    return await keepPresent(repository, server, context);
  } catch (error) {
    if (!(error instanceof RewindError) || error instanceof InterruptedError) throw error;
    throw new StoppedRecoveryError(
      error,
      'what the server holds now could not be backed up; to go on without that, add --discard-present',
    );
  }
}

function newId({ context, places }: CommandRun): string {
  return newRecoveryId(context.fileSystem, places, context.clock.nowMs(), context.processId);
}

interface NewJournal {
  readonly id: string;
  readonly source: RecoverySource;
  readonly plan: RecoveryPlan;
  readonly typed: string;
}

function beginJournal(run: CommandRun, { id, source, plan, typed }: NewJournal): RecoveryJournal {
  const { context, target } = run;
  const { fileSystem, uid, processId, program } = context;
  const recoveries = placeForNew(run);
  const at: JournalPlace = { fileSystem, recoveries, uid, processId };
  makeRecoveries(at);
  return RecoveryJournal.create(at, {
    id,
    program,
    snapshotId: source.snapshot.id,
    time: typed,
    archive: source.archive?.contentDigest ?? null,
    directory: { path: target.facts.directory, ...target.identity },
    data: plan.aside.data,
    aside: plan.aside.names,
    isAsideWithin: plan.aside.isWithin,
    startedBy: describeStart(plan.start),
  });
}

/** A folder of this user that cannot be written costs only that a recovery that was killed needs more options. */
function noteServer(run: CommandRun, id: string): void {
  const { request, target, context } = run;
  const at = recordPlace(request, context);
  if (at === null) return;
  const { facts, identity, address, owner, loadingStart } = target;
  const { settings, version, configuration, supervision } = facts;
  try {
    writeServerRecord(at, {
      recoveryId: id,
      directory: { path: facts.directory, ...identity },
      address,
      owner,
      settings,
      version,
      configuration,
      supervision: supervision.kind === 'commands' ? null : supervision,
      loadingStart,
    });
  } catch (error) {
    if (!isNotWritable(error)) throw error;
  }
}

function placeForNew({ repository, request, repositoryPath, context }: CommandRun): BytePath {
  const place =
    repository === null
      ? ownRecoveries(context.fileSystem, request.folders)
      : recoveriesPath(repository.path);
  if (place !== null) return place;
  const why =
    repositoryPath === null
      ? 'no repository is named'
      : `'${formatPath(repositoryPath)}' cannot be written`;
  throw new UsageError(`${why}, and there is no other folder for the journal of the recovery`, {
    hint: 'set HOME or XDG_STATE_HOME to a folder of your own',
  });
}

function endUnchanged(run: CommandRun, journal: RecoveryJournal): void {
  const { request, context } = run;
  forgetMark(run, journal.state.record);
  journal.noteUndo();
  journal.noteEnd('undone');
  forgetServer(request, journal.state.record.id, context);
}

interface Ending extends Pick<RecoverReport, 'outcome'> {
  /** Whether the server runs. */
  readonly isStarted?: boolean;
  readonly presentSnapshot?: number | null;
  readonly notes?: readonly Note[];
}

async function finish(
  run: CommandRun,
  preview: RecoveryPreview,
  { outcome, isStarted = false, presentSnapshot = null, notes = [] }: Ending,
): Promise<RecoverReport> {
  const { request, context, startedMs } = run;
  const standing = `the recovery is done, and what was there is in '${preview.aside.folder}'; to put it back: ${request.toType.undo}`;
  const now = isStarted ? await readServerNow(run, standing) : null;
  return {
    ...preview,
    outcome,
    presentSnapshot,
    now,
    undo: outcome === 'recovered' ? request.toType.undo : null,
    elapsedMs: Math.round(context.clock.monotonicMs() - startedMs),
    notes: [...preview.notes, ...notes],
  };
}
