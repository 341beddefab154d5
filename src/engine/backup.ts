// One backup: look at SOURCE, read what changed, keep what leaves the mirror, commit, finish. Until
// the commit a failure leaves the last snapshot as it was, and nothing of this one.
import type { Snapshot } from '../catalog/records.js';
import { requireSqlite } from '../catalog/sqlite.js';
import { commitSnapshot, finishCommit } from '../repository/commit.js';
import { inspectTarget } from '../repository/inspect-target.js';
import { mirrorMetadata } from '../repository/mirror-metadata.js';
import { type WritableRepository, openForWriting } from '../repository/open-repository.js';
import { discardUncommitted } from '../repository/recover.js';
import { Examiners } from '../rdb/examiners.js';
import { Staging } from '../repository/staging.js';
import { type UnsetMetadata, applyMetadata } from '../system/apply-metadata.js';
import { type BytePath, formatPath } from '../system/byte-path.js';
import { Digests } from '../system/digests.js';
import { requireZstd } from '../system/zstd.js';
import { UsageError } from '../errors.js';
import { applyCapture } from './capture-plan.js';
import { requireFreeSpace } from './check-space.js';
import { requireSafeNames } from './check-names.js';
import {
  type ExaminationOutcome,
  findKnownVerdicts,
  readManifests,
  reportExaminations,
} from './examine-entries.js';
import { inspectWholeMirror } from './inspect-mirror.js';
import { mirrorNotes, requireNoForeignDirectory } from './mirror-notes.js';
import type { NextEntry } from './next-entry.js';
import { infoNote, lookNote } from './notes.js';
import { OldContents } from './old-contents.js';
import { type PathFilter, createPathFilter } from './path-filter.js';
import { type LastSnapshot, bytesToRead, filesToRead } from './plan-reading.js';
import { planSnapshot } from './plan-snapshot.js';
import type { PreparedServer } from './prepare-server.js';
import type { BackupReport, ExaminationReport, Note } from './reports.js';
import type { BackupRequest } from './requests.js';
import type { RunContext } from './run-context.js';
import { type SourceScan, scanSource } from './scan-source.js';
import { summarizeSnapshot } from './snapshot-summary.js';
import { snapshotTime } from './snapshot-time.js';
import { requireNotEmptied, requireSameSource, resolvePaths } from './source-guards.js';
import { type TakenEntries, takeEntries } from './take-entries.js';

/** @throws RewindError before the commit; after it, trouble is a note in the report */
export async function backup(request: BackupRequest, context: RunContext): Promise<BackupReport> {
  const startedMs = context.clock.monotonicMs();
  // Parts that cannot be loaded are met here, before anything is made or written.
  requireSqlite();
  await requireZstd();
  const server = await contactServer(request, context);
  try {
    return await backupSource(request, context, server, startedMs);
  } finally {
    server?.close();
  }
}

/** @throws ServerError; UsageError where there is neither SOURCE nor a server */
async function contactServer(
  { server, source }: BackupRequest,
  context: RunContext,
): Promise<PreparedServer | null> {
  if (server === null) return null;
  // Loaded only where it is needed.
  const { prepareServer } = await import('./prepare-server.js');
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
      const run: Run = {
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
  { server, repository }: Run,
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

interface Run {
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

const NOTHING: LastSnapshot = {
  versions: new Map(),
  states: new Map(),
  conditions: new Map(),
  present: [],
};

async function takeSnapshot(run: Run, startedMs: number): Promise<BackupReport> {
  const { request, context, source, repository } = run;
  const { catalog } = repository;
  const lastSnapshot = catalog.read(() => catalog.snapshots.newest());
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
      unset.push(...(await finishStaged(run, staging, taken.entries)));
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
      return commitSnapshot(repository, plan);
    } finally {
      // What was written through these files has been synced, or is of no use any more.
      await oldContents.close().catch(() => {});
    }
  });
  notes.push(...(await finish(run, snapshot, unset)));
  const made = { snapshot, examined: examined.reports, notes };
  return report(run, made, startedMs);
}

function readLastSnapshot({ context, repository }: Run, scan: SourceScan): LastSnapshot {
  const { catalog } = repository;
  const { versions, states } = catalog.read(() => ({
    versions: catalog.versions.listNewest(),
    states: catalog.sourceStates.list(),
  }));
  requireSafeNames(versions);
  const known = byPath(versions);
  const scanned = scan.entries.map(({ path }) => path);
  const mirror = inspectWholeMirror(context, repository.path, known, scanned);
  return { versions: known, states: byPath(states), ...mirror };
}

function byPath<T extends { readonly path: BytePath }>(rows: readonly T[]): Map<BytePath, T> {
  return new Map(rows.map((row) => [row.path, row]));
}

/** What dumps and AOF files were found to hold, and whether the manifests name what is there. */
function examineTaken(
  { context, repository }: Run,
  staging: Staging,
  last: LastSnapshot,
  { entries, examined }: TakenEntries,
): ExaminationOutcome {
  const { catalog } = repository;
  const examinations = catalog.read(() => catalog.examinations?.all()) ?? new Map();
  return reportExaminations({
    files: examined,
    known: findKnownVerdicts(entries, last, examinations),
    manifests: readManifests(context.fileSystem, repository.path, staging, entries),
    present: new Set(entries.map(({ path }) => path)),
  });
}

/** Gives staged entries their metadata and makes their bytes durable. */
async function finishStaged(
  { context }: Run,
  staging: Staging,
  entries: readonly NextEntry[],
): Promise<UnsetMetadata[]> {
  const { fileSystem } = context;
  const staged = entries.flatMap((entry) =>
    entry.staged === null ? [] : [{ entry, place: staging.path(entry.staged) }],
  );
  const unset = applyMetadata(
    fileSystem,
    staged.map(({ entry, place }) => mirrorMetadata(place, entry, context.uid)),
  );
  for (const { entry, place } of staged) {
    if (entry.type !== 'file') continue;
    await context.checkpoint();
    const file = fileSystem.open(place, 'read');
    try {
      await fileSystem.syncInBackground(file);
    } finally {
      fileSystem.close(file);
    }
  }
  return unset;
}

/** Before the commit a failure of any kind takes back all that this run has written. */
async function discardingOnFailure(
  { context, repository }: Run,
  work: (staging: Staging) => Promise<Snapshot>,
): Promise<Snapshot> {
  try {
    return await work(new Staging(context.fileSystem, repository.path));
  } catch (error) {
    try {
      discardUncommitted(repository);
    } catch {
      // The next writer does it; the first failure is the one to tell.
    }
    throw error;
  }
}

/** After the commit the snapshot stands: what fails now is told, and done by the next writer. */
async function finish(
  { context, repository }: Run,
  snapshot: Snapshot,
  unsetBefore: readonly UnsetMetadata[],
): Promise<Note[]> {
  try {
    const outcome = await finishCommit(repository, snapshot, context.uid);
    return [
      ...noteUnset([...unsetBefore, ...outcome.unset]),
      ...outcome.notEmpty.map((path) =>
        lookNote(
          'foreign-files',
          path,
          `the repository's folder '${formatPath(path)}' holds files that are not of it, and is left in place`,
          'move them elsewhere',
        ),
      ),
    ];
  } catch (error) {
    return [
      ...noteUnset(unsetBefore),
      lookNote(
        'unfinished',
        null,
        `the snapshot is safe, but its last step failed: ${(error as Error).message}`,
        'the next backup finishes that by itself',
      ),
    ];
  }
}

/** What could not be set is said once a run; the catalog has it. */
function noteUnset(unset: readonly UnsetMetadata[]): Note[] {
  return (['owner', 'mode', 'time'] as const).flatMap((what) => {
    const count = unset.filter((item) => item.what === what).length;
    if (count === 0) return [];
    const entries = count === 1 ? '1 entry' : `${count} entries`;
    return [
      infoNote(
        `unset-${what}`,
        null,
        `the ${what} of ${entries} could not be set in the mirror; the catalog has it, for a restore that may`,
      ),
    ];
  });
}

interface MadeSnapshot {
  readonly snapshot: Snapshot;
  readonly examined: readonly ExaminationReport[];
  readonly notes: readonly Note[];
}

function report({ context, repository }: Run, made: MadeSnapshot, startedMs: number): BackupReport {
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
