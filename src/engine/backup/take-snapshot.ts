// One snapshot, into a repository that is locked: look at SOURCE, read what changed, keep what leaves the
// mirror, commit, finish. Until the commit a failure leaves the last snapshot as it was, and nothing of
// this one.
import type { Snapshot } from '../../catalog/records.js';
import type { Examiners } from '../../persistence/examine/examiners.js';
import { requireSafeNames } from '../../repository/check/check-names.js';
import type { WritableRepository } from '../../repository/repository.js';
import { Staging } from '../../repository/staging.js';
import type { UnsetMetadata } from '../../system/files/apply-metadata.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { Digests } from '../../system/digest/digests.js';
import { applyCapture } from '../server/capture-plan.js';
import { requireFreeSpace } from '../run/check-space.js';
import {
  type ExaminationOutcome,
  findKnownVerdicts,
  readManifests,
  reportExaminations,
} from './examine-entries.js';
import { finishSnapshot } from './finish-snapshot.js';
import { finishStaged } from './finish-staged.js';
import { inspectWholeMirror } from '../snapshot/inspect-mirror.js';
import { mirrorNotes, requireNoForeignDirectory } from './mirror-notes.js';
import { OldContents } from './old-contents.js';
import type { PathFilter } from '../source/path-filter.js';
import { bytesToRead } from './plan-reading.js';
import type { LastSnapshot } from './last-snapshot.js';
import { planSnapshot } from './plan-snapshot.js';
import type { PreparedServer } from '../server/prepare-server.js';
import type { BackupReport } from './backup-report.js';
import type { ExaminationReport } from '../snapshot/examination-report.js';
import type { Note } from '../run/notes.js';
import type { BackupRequest } from './backup-request.js';
import type { RunContext } from '../run/run-context.js';
import type { SourceScan } from '../source/scan-source.js';
import { summarizeSnapshot } from '../snapshot/snapshot-summary.js';
import { snapshotTime } from './snapshot-time.js';
import { requireNotEmptied, requireSameSource } from '../source/source-guards.js';
import { type TakenEntries, takeEntries } from './take-entries.js';

/** What a snapshot is taken with. */
export interface SnapshotRun {
  readonly request: BackupRequest;
  readonly context: RunContext;
  readonly digests: Digests;
  readonly examiners: Examiners | null;
  readonly server: PreparedServer | null;
  readonly filter: PathFilter;
  readonly source: BytePath;
  readonly repository: WritableRepository;
  readonly scan: () => Promise<SourceScan>;
}

/** @throws RewindError before the commit; after it, trouble is a note in the report */
export async function takeSnapshot(run: SnapshotRun, startedMs: number): Promise<BackupReport> {
  const { request, context, source, repository } = run;
  const lastSnapshot = repository.newestSnapshot();
  const identity = {
    source,
    hostName: context.hostName,
    masterName: run.server?.masterName ?? null,
  };
  const moved = request.force ? null : requireSameSource(lastSnapshot, identity);
  const capture = (await run.server?.capture(repository.path, request.force)) ?? null;
  const { time, note: clockNote } = snapshotTime(context.clock.nowMs(), lastSnapshot);
  const scanned = await run.scan();
  const scan = capture === null ? scanned : applyCapture(scanned, capture, source, run.filter);
  const last = readLastSnapshot(run, scan);
  if (!request.force) requireNotEmptied(last.versions.values(), scan, source);
  requireNoForeignDirectory(repository.path, last, scan.entries);
  requireFreeSpace(
    context.fileSystem,
    repository.path,
    bytesToRead(scan.entries, last, request.rehash),
  );
  const notes: Note[] = [
    ...(moved === null ? [] : [moved]),
    ...(capture?.notes ?? []),
    ...(clockNote === null ? [] : [clockNote]),
    ...scan.notes,
  ];
  const unset: UnsetMetadata[] = [];
  let examined: ExaminationOutcome = { reports: [], notes: [] };
  const snapshot = await discardingOnFailure(run, async (staging) => {
    const { rehash, memoryBytes } = request;
    const oldContents = new OldContents(context, repository, staging, last, memoryBytes);
    try {
      const taken = await takeEntries({
        context,
        staging,
        oldContents,
        digests: run.digests,
        examiners: run.examiners,
        scan,
        capture,
        last,
        rehash,
      });
      notes.push(...taken.notes, ...mirrorNotes(last, taken.entries));
      examined = request.examine ? examineTaken(run, staging, last, taken) : examined;
      notes.push(...examined.notes);
      unset.push(...(await finishStaged(context, staging, taken.entries)));
      const kept = await oldContents.keepLeaving(taken.entries);
      notes.push(...kept.notes);
      const plan = planSnapshot({
        last,
        next: taken.entries,
        increments: kept.increments,
        time,
        host: context.hostName,
        source,
        program: context.program,
        server: capture?.report ?? null,
        examined: examined.reports,
        notes,
      });
      await context.checkpoint();
      return repository.commit(plan);
    } finally {
      // What was written through these files has been synced, or is of no use any more.
      await oldContents.close().catch(() => {});
    }
  });
  notes.push(...(await finishSnapshot(repository, snapshot, unset, context.uid)));
  const made = { snapshot, examined: examined.reports, notes };
  return report(run, made, startedMs);
}

function readLastSnapshot({ context, repository }: SnapshotRun, scan: SourceScan): LastSnapshot {
  const { versions, sourceStates } = repository.lastState();
  requireSafeNames(versions);
  const known = byPath(versions);
  const scanned = scan.entries.map(({ path }) => path);
  const mirror = inspectWholeMirror(context, repository.path, known, scanned);
  return { versions: known, states: byPath(sourceStates), ...mirror };
}

function byPath<T extends { readonly path: BytePath }>(rows: readonly T[]): Map<BytePath, T> {
  return new Map(rows.map((row) => [row.path, row]));
}

/** What dumps and AOF files were found to hold, and whether the manifests name what is there. */
function examineTaken(
  { context, repository }: SnapshotRun,
  staging: Staging,
  last: LastSnapshot,
  { entries, examined }: TakenEntries,
): ExaminationOutcome {
  return reportExaminations({
    files: examined,
    known: findKnownVerdicts(entries, last, repository.examinations()),
    manifests: readManifests(context.fileSystem, repository.path, staging, entries),
    present: new Set(entries.map(({ path }) => path)),
  });
}

/** Before the commit a failure of any kind takes back all that this run has written. */
async function discardingOnFailure(
  { context, repository }: SnapshotRun,
  work: (staging: Staging) => Promise<Snapshot>,
): Promise<Snapshot> {
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
  readonly examined: readonly ExaminationReport[];
  readonly notes: readonly Note[];
}

function report(
  { context, repository }: SnapshotRun,
  made: MadeSnapshot,
  startedMs: number,
): BackupReport {
  const { snapshot, examined, notes } = made;
  const { newFiles, changedFiles, deletedFiles, incrementBytes } = snapshot;
  return {
    repository: formatPath(repository.path),
    snapshot: summarizeSnapshot(snapshot),
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
