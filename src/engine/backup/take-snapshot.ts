// One snapshot, into a repository that is locked: look at SOURCE, read what changed, keep what leaves the
// mirror, commit, finish. Until the commit a failure leaves the last snapshot as it was, and nothing of
// this one.
import type { Snapshot } from '../../catalog/records.js';
import { requireSafeNames } from '../../repository/check/check-names.js';
import type { CommittedSnapshot } from '../../repository/commit/commit.js';
import { forgetRecoveryMark, readRecoveryMark } from '../../repository/commit/recovery-mark.js';
import { Staging } from '../../repository/staging.js';
import type { UnsetMetadata } from '../../system/files/metadata/apply-metadata.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { append } from '../../system/lists/lists.js';
import type { Note } from '../run/notes.js';
import { applyCapture } from '../server/capture-plan.js';
import type { ServerCapture } from '../server/prepared-server.js';
import type { ExaminationReport } from '../snapshot/examination-report.js';
import { inspectWholeMirror } from '../snapshot/inspect-mirror.js';
import { combineSummary } from '../snapshot/snapshot-summary.js';
import { LinksOfOthers, leaveOutLinksOfOthers } from '../source/links-of-others.js';
import { type ScannedEntry, type SourceScan, scanSource } from '../source/scan-source.js';
import {
  requireNoRepository,
  requireNotEmptied,
  requireSameSource,
} from '../source/source-guards.js';
import { BackupProgress, planSteps } from './backup-progress.js';
import type { BackupReport } from './backup-report.js';
import type { SnapshotRun } from './backup-run.js';
import { finishSnapshot } from './finish-snapshot.js';
import { finishStaged } from './finish-staged.js';
import { IncrementsInProgress } from './increments/increments-in-progress.js';
import { keepOldContents } from './increments/keep-old-contents.js';
import {
  type ExaminationOutcome,
  findKnownVerdicts,
  reportExaminations,
} from './intake/examine-entries.js';
import { readManifests } from './intake/read-manifests.js';
import { type TakenEntries, takeEntries } from './intake/take-entries.js';
import type { LastSnapshot } from './last-snapshot.js';
import { leaveOutUnnamed } from './leave-out-unnamed.js';
import { mirrorNotes, requireNoForeignDirectory } from './mirror-notes.js';
import { filesToRead, unsettleOutdated } from './plan-reading.js';
import type { RoomPlan } from './plan-room.js';
import { alarmNotes, planAlarm } from './plan-alarm.js';
import { planSnapshot } from './plan-snapshot.js';
import { isMarkOf, recoveryNote } from './recovery-notes.js';
import { requireRoom } from './require-room.js';
import { snapshotTime } from './snapshot-time.js';

/** @throws RewindError before the commit; after it, trouble is a note in the report */
export async function takeSnapshot(run: SnapshotRun): Promise<BackupReport> {
  const { request, context, source, repository } = run;
  const newest = repository.newestSnapshot();
  const masterName = run.preparedServer?.masterName ?? null;
  const { hostName } = context;
  const found = readRecoveryMark(context.fileSystem, repository.path);
  const recovery = found !== null && isMarkOf(found, { source, hostName }) ? found : null;
  const isAfterRecovery = recovery !== null && recovery.state !== 'begun';
  const moved =
    request.force || request.allowMoved || recovery !== null
      ? null
      : requireSameSource(newest, { source, hostName, masterName });
  if (newest === null && !request.force) {
    requireNoRepository(context.fileSystem, source, context.uid);
  }
  const capture = (await run.preparedServer?.capture(repository.path, request.force)) ?? null;
  const scanned = await scanForSnapshot(run, capture);
  const { timeSeconds, note: clockNote } = snapshotTime(scanned.startedAtMs, newest);
  const last = await readLastSnapshot(run, scanned);
  const scan = await leaveOutUnnamed(run, scanned, last);
  const toRead = filesToRead(scan.entries, last, request.rehash);
  const room = requireFit(run, scan, last, toRead);
  const fitting = toRead.filter(({ path }) => !room.tooLarge.has(path));
  const progress = new BackupProgress(context, planSteps(fitting, scan.entries, last));
  const notes: Note[] = [
    ...(moved === null ? [] : [moved]),
    ...(recovery === null ? [] : [recoveryNote(recovery)]),
    ...(capture?.notes ?? []),
    ...(clockNote === null ? [] : [clockNote]),
    ...scan.notes,
  ];
  const unset: UnsetMetadata[] = [];
  let examined: ExaminationOutcome = { reports: new Map(), notes: [] };
  const { snapshot, records, alarm } = await discardingOnFailure(run, async (staging) => {
    const increments = new IncrementsInProgress({ ...run, memoryBytes: request.memoryBytes });
    try {
      const linksOfOthers = new LinksOfOthers(scan, request.hardLinksOfOthers);
      const parts = { ...run, staging, increments, last, linksOfOthers, progress };
      const taken = await takeEntries({
        ...parts,
        scan,
        toRead: fitting,
        room,
        capture,
        rehash: request.rehash,
      });
      append(notes, taken.notes);
      append(notes, mirrorNotes(last, taken.entries));
      examined = request.examine ? await examineTaken(run, staging, last, taken) : examined;
      append(notes, examined.notes);
      append(unset, await finishStaged(parts, taken.entries));
      const kept = await keepOldContents({ ...parts, next: taken.entries });
      append(notes, kept.notes);
      progress.finish();
      const plan = planSnapshot({
        last,
        next: taken.entries,
        increments: kept.increments,
        timeSeconds,
        host: context.hostName,
        source,
        program: context.program,
        serverReport: capture?.report ?? null,
        examined: examined.reports,
        notes,
        tags: request.tags,
        alarm: planAlarm({
          newest,
          last,
          next: taken.entries,
          examined: examined.reports,
          examinations: repository.examinations(),
          serverReport: capture?.report ?? null,
          percent: request.alarmPercent,
          meantAtSeconds: isAfterRecovery || request.isBeforeRecovery ? timeSeconds : null,
        }),
      });
      await context.checkpoint();
      const committed = await repository.commit(plan);
      return { snapshot: committed, records: plan.snapshot, alarm: plan.alarm };
    } finally {
      // By now these files are synced, or no longer needed.
      await increments.close().catch(() => {});
    }
  });
  append(notes, alarmNotes(alarm, repository.path, snapshot.id));
  append(notes, await finishSnapshot(run, snapshot, unset));
  // One that has not ended is told of again and again.
  if (isAfterRecovery) {
    forgetRecoveryMark(context.fileSystem, repository.path);
  }
  return report(run, { snapshot, records, examined: [...examined.reports.values()], notes });
}

/** What SOURCE holds: one scan, with what was captured in place of what is there now. */
async function scanForSnapshot(
  run: SnapshotRun,
  capture: ServerCapture | null,
): Promise<SourceScan> {
  const { request, repository, firstScan } = run;
  // A repository that another process has made meanwhile has had to be waited for.
  const scan = (repository.created ? firstScan : null) ?? (await scanSource(run));
  const captured = capture === null ? scan : applyCapture(scan, capture, run.source, run.filter);
  return leaveOutLinksOfOthers(captured, request.hardLinksOfOthers);
}

/** @throws SourceChangedError, InTheWayError, NoSpaceError */
function requireFit(
  { request, context, source, repository }: SnapshotRun,
  scan: SourceScan,
  last: LastSnapshot,
  toRead: readonly ScannedEntry[],
): RoomPlan {
  if (!(request.force || request.allowEmpty))
    requireNotEmptied(last.versions.values(), scan, source);
  requireNoForeignDirectory(repository.path, last, scan.entries);
  return requireRoom(context, repository.path, toRead);
}

async function readLastSnapshot(
  { request, context, repository }: SnapshotRun,
  scan: SourceScan,
): Promise<LastSnapshot> {
  const { versions, sourceStates } = repository.lastState();
  requireSafeNames(versions);
  const known = byPath(versions);
  const scanned = scan.entries.map(({ path }) => path);
  const mirror = await inspectWholeMirror(context, repository.path, known, scanned);
  const examinations = request.examine ? repository.examinations() : new Map();
  const states = unsettleOutdated(sourceStates, known, examinations);
  return { versions: known, states: byPath(states), ...mirror };
}

function byPath<T extends { readonly path: BytePath }>(rows: readonly T[]): Map<BytePath, T> {
  return new Map(rows.map((row) => [row.path, row]));
}

/** What dumps and AOF files were found to hold, and whether the manifests name what is there. */
async function examineTaken(
  run: SnapshotRun,
  staging: Staging,
  last: LastSnapshot,
  { entries, examined }: TakenEntries,
): Promise<ExaminationOutcome> {
  return reportExaminations({
    files: examined,
    known: findKnownVerdicts(entries, last, run.repository.examinations()),
    manifests: await readManifests(run, staging, entries),
    entries: byPath(entries),
  });
}

/** Before the commit a failure of any kind takes back all that this run has written. */
async function discardingOnFailure<T>(
  { context, repository }: SnapshotRun,
  work: (staging: Staging) => Promise<T>,
): Promise<T> {
  try {
    return await work(new Staging(context.fileSystem, repository.path));
  } catch (error) {
    try {
      repository.discardUncommitted();
    } catch {
      // The next writer does it; the first failure is the one to tell.
    }
    throw error;
  }
}

interface MadeSnapshot {
  readonly snapshot: Snapshot;
  /** As they were recorded. Reading them back could fail, and the snapshot stands by now. */
  readonly records: Pick<CommittedSnapshot, 'server' | 'notes'>;
  readonly examined: readonly ExaminationReport[];
  readonly notes: readonly Note[];
}

function report({ context, repository, startedMs }: SnapshotRun, made: MadeSnapshot): BackupReport {
  const { snapshot, records, examined, notes } = made;
  const { newFiles, changedFiles, deletedFiles, incrementBytes } = snapshot;
  return {
    repository: formatPath(repository.path),
    snapshot: combineSummary(snapshot, records),
    newFiles,
    changedFiles,
    deletedFiles,
    incrementBytes,
    elapsedMs: Math.round(context.clock.monotonicMs() - startedMs),
    created: repository.created,
    examined,
    notes,
  };
}
