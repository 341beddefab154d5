// The way forward: plans the recovery, asks, and runs its steps. One that was begun by an earlier run goes on with its
// snapshot.
import { InterruptedError, RewindError, UsageError } from '../../errors.js';
import { type BytePath, formatPath, joinPath } from '../../system/files/byte-path.js';
import { append } from '../../system/lists/lists.js';
import { type RepositorySource, openRepositorySource } from '../restore/read-from-repository.js';
import type { BackupReport } from '../backup/backup-report.js';
import { type Note, infoNote } from '../run/notes.js';
import { type RequestedTime, parseTime } from '../snapshot/time-spec.js';
import { alsoKeptNotes } from './also-kept.js';
import { describeStart, describeStop } from './describe-control.js';
import { type JournalPlace, RecoveryJournal, makeRecoveries } from './journal/recovery-journal.js';
import { isNotWritable, newRecoveryId } from './journal/recovery-place.js';
import { writeServerRecord } from './journal/server-records.js';
import { keepPresent } from './keep-present.js';
import { makeControl } from './make-control.js';
import { forgetMark, markEnd, markFor } from './mark-recovery.js';
import { planControl } from './plan-control.js';
import { directoryNotes } from './plan/directory-notes.js';
import { planRecovery } from './plan/plan-recovery.js';
import type { RecoveryPlan } from './plan/recovery-plan.js';
import { countExpired } from './count-expired.js';
import { readSnapshotData } from './read-snapshot-data.js';
import { forgetServer, recordPlace } from './target/recall-target.js';
import type { RecoverReport, RecoveryPreview } from './recover-report.js';
import type { CommandRun } from './recovery-run.js';
import { runRecovery } from './run-recovery.js';
import { requireRoomToPlace } from './steps/room-to-place.js';
import { readServerNow } from './server-now.js';
import { StoppedRecoveryError } from './stopped-recovery-error.js';

/** @param time `-r` as it was typed */
export async function bringBack(run: CommandRun, time: string): Promise<RecoverReport> {
  const { repositoryPath, context } = run;
  const begun = findBegun(run, time);
  const source = openRepositorySource(repositoryPath, begun?.time ?? parseTime(time), context);
  try {
    return await bringBackFrom(run, source, { time, begun });
  } finally {
    await source.close();
  }
}

/** A recovery that an earlier run has begun. */
interface Begun {
  readonly journal: RecoveryJournal;
  /** Its snapshot. */
  readonly time: RequestedTime;
  /** Whether the server was to be stopped: from then on it is gone on with, and not begun anew. */
  readonly isUnderWay: boolean;
}

/**
 * The newest recovery of this server, where it has not ended; null otherwise.
 * @throws UsageError where it is being taken back, or was begun with another TIME
 */
function findBegun({ journals, request }: CommandRun, typed: string): Begun | null {
  const journal = journals.find(({ state }) => state.outcome === null);
  if (journal === undefined) return null;
  const { record, direction, begun } = journal.state;
  const { undo } = request.toType;
  if (direction === 'undo') {
    throw new UsageError(`recovery ${record.id} of this server is being taken back`, {
      hint: `finish that first: ${undo}`,
    });
  }
  const time = parseTime(`#${record.snapshotId}`);
  const isSame = typed === record.time || typed === time.typed;
  const isUnderWay = begun.has('stop');
  // Before the server was stopped nothing was changed: another TIME is a new recovery.
  if (!isSame) {
    if (!isUnderWay) return null;
    throw new UsageError(
      `recovery ${record.id} of this server to snapshot ${record.snapshotId} was begun with -r '${record.time}', and has not ended`,
      {
        typed,
        hint: `to go on with it, give -r '${time.typed}'; to take it back first: ${undo}`,
      },
    );
  }
  return { journal, time, isUnderWay };
}

interface Wanted {
  /** As it was typed. */
  readonly time: string;
  readonly begun: Begun | null;
}

async function bringBackFrom(
  run: CommandRun,
  source: RepositorySource,
  { time, begun }: Wanted,
): Promise<RecoverReport> {
  const { request, context, target } = run;
  const { toType } = request;
  const { facts, owner } = target;
  const continued = begun?.isUnderWay === true ? begun.journal : null;
  const id = continued?.state.record.id ?? newId(run);
  const data = await readSnapshotData(source, facts.settings);
  const wanted = { target: facts, data, use: request.use };
  const { expected } = planRecovery({ ...wanted, expired: null }, id);
  const expired = await countExpired(source, expected, context);
  const plan = { ...planRecovery({ ...wanted, expired }, id), ...planControl(target) };
  const requireRoom = () =>
    requireRoomToPlace(context.fileSystem, facts.directory, source.entries, plan.files);
  if (continued === null) requireRoom();
  const preview = showPlan(run, source, plan, { id, continued });
  if (request.dryRun) return finish(run, preview, { outcome: 'planned' });
  if (continued === null) requireKeepable(run);
  if (!(await request.confirm(preview))) return finish(run, preview, { outcome: 'planned' });
  const journal = continued ?? beginJournal(run, { id, source, plan, time });
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
  const placement = { source, files: plan.files, owner };
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

/** @throws UsageError where what the server holds now cannot be backed up */
function requireKeepable({ request, repository, repositoryPath, target }: CommandRun): void {
  const { running } = target.facts;
  if (request.discardPresent || running === null) return;
  if (target.server === null) {
    throw new UsageError(
      `a server (process ${running.processId}) runs in '${formatPath(target.facts.directory)}', and it cannot be asked to save what it holds`,
      {
        hint: 'name it with --redis URL, or with -h and -p or -s, or go on without that snapshot: --discard-present',
      },
    );
  }
  if (repository !== null) return;
  throw new UsageError(
    `'${formatPath(repositoryPath)}' cannot be written, so what the server holds now cannot be backed up`,
    {
      hint: 'run as a user who may write there, or go on without that snapshot: --discard-present',
    },
  );
}

interface NewJournal {
  readonly id: string;
  readonly source: RepositorySource;
  readonly plan: RecoveryPlan;
  readonly time: string;
}

function beginJournal(run: CommandRun, { id, source, plan, time }: NewJournal): RecoveryJournal {
  const { context, target } = run;
  const { fileSystem, uid, processId, program } = context;
  const recoveries = placeForNew(run);
  const at: JournalPlace = { fileSystem, recoveries, uid, processId };
  makeRecoveries(at);
  return RecoveryJournal.create(at, {
    id,
    program,
    snapshotId: source.snapshot.id,
    time,
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

function placeForNew({ repository, places, repositoryPath }: CommandRun): BytePath {
  const place = repository === null ? places[1] : places[0];
  if (place !== undefined) return place;
  throw new UsageError(
    `'${formatPath(repositoryPath)}' cannot be written, and there is no other folder for the journal of the recovery`,
    { hint: 'set HOME or XDG_STATE_HOME to a folder of your own' },
  );
}

function endUnchanged(run: CommandRun, journal: RecoveryJournal): void {
  const { request, context } = run;
  forgetMark(run, journal.state.record);
  journal.noteUndo();
  journal.noteEnd('undone');
  forgetServer(request, journal.state.record.id, context);
}

function showPlan(
  run: CommandRun,
  source: RepositorySource,
  plan: RecoveryPlan,
  { id, continued }: { readonly id: string; readonly continued: RecoveryJournal | null },
): RecoveryPreview {
  const { repositoryPath, target, notes } = run;
  const { facts, address } = target;
  const { choice, files, aside } = plan;
  const names = continued?.state.record.aside ?? aside.names;
  const placed = files.placed.map(({ from, to }) => ({
    from: formatPath(from),
    to: formatPath(to),
  }));
  return {
    action: 'recover',
    repository: formatPath(repositoryPath),
    recovery: id,
    isContinued: continued !== null,
    snapshot: source.snapshot,
    server: address,
    directory: formatPath(facts.directory),
    choice,
    protocol: files.protocol,
    placed,
    isAofOn: facts.settings.isAofOn,
    aside: { folder: formatPath(aside.folder), names: names.map((name) => formatPath(name)) },
    putBackFrom: null,
    present: continued === null ? presentOf(run) : 'kept',
    stop: describeStop(plan.stop),
    start: describeStart(plan.start),
    expectedDatabases: plan.expected.databases,
    notes: [
      ...notes,
      ...discardNotes(run, continued),
      ...ownerNotes(run),
      ...source.notes,
      ...plan.notes,
      ...alsoKeptNotes(source.entries, source.snapshot.id, repositoryPath),
    ],
  };
}

/** A server that runs shows by itself whether it can write there. */
function ownerNotes({ target: { facts, owner }, context }: CommandRun): readonly Note[] {
  const stat = context.fileSystem.stat(facts.directory);
  if (facts.running !== null || stat === null) return [];
  return directoryNotes(facts.directory, stat, owner);
}

/** What is lost for good, since no file has it. */
function discardNotes(
  { request, target }: CommandRun,
  continued: RecoveryJournal | null,
): readonly Note[] {
  const { running, settings, directory } = target.facts;
  const changes = running?.unsavedChanges ?? null;
  if (!request.discardPresent || continued !== null || running === null) return [];
  if (settings.isAofOn === true || changes === 0) return [];
  const count =
    changes === null ? 'what was changed' : changes === 1 ? 'a change' : `${changes} changes`;
  const message = `${count} since the server has saved its dump last will be lost: --discard-present`;
  return [infoNote('discarded', joinPath(directory, settings.dumpName), message)];
}

function presentOf({ request, target }: CommandRun): RecoveryPreview['present'] {
  if (target.facts.running === null) return 'not-running';
  return request.discardPresent ? 'discarded' : 'snapshot';
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
