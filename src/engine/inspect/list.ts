// Lists the snapshots of a repository, the files of a snapshot, or what changed since a snapshot.
import type { ExaminationRecord, Version } from '../../catalog/records.js';
import { wouldLoadSanitized } from '../../persistence/examine/verdict.js';
import { requireSafeNames } from '../../repository/check/check-names.js';
import { openSnapshots } from '../../repository/open/open-repository.js';
import type { ContentRecords } from '../../repository/questions/questions.js';
import type { OpenRepository } from '../../repository/repository.js';
import { type RecordDamage, readFindings } from '../../repository/stored/read-stored.js';
import { type BytePath, compareBytes, formatPath } from '../../system/files/byte-path.js';
import { showPath } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { askInOneState } from '../snapshot/ask-in-one-state.js';
import { type ProvedSnapshot, readProvedSnapshot } from '../snapshot/check-snapshot.js';
import { readVerdict } from '../snapshot/examined-verdict.js';
import { isSameContent, isSameVersion } from '../snapshot/compare-versions.js';
import { damageNotes, damagedTableNotes, summarizeSnapshot } from '../snapshot/snapshot-summary.js';
import { addRemarks } from './add-remarks.js';
import { NOW, type RequestedTime, parseTime } from '../snapshot/time-spec.js';
import type {
  ChangeListReport,
  FileListReport,
  ListedChange,
  ListedFile,
  SnapshotListReport,
} from './list-report.js';
import type { ListRequest, SnapshotRequest } from './list-request.js';

/** @throws NoRepositoryError, LockedError, CorruptError, NewerFormatError */
export function listSnapshots(request: ListRequest, context: RunContext): SnapshotListReport {
  return reading(request, context, (repository) => {
    const snapshots = repository.snapshots().map(summarizeSnapshot);
    return {
      repository: formatPath(request.repository),
      snapshots: addRemarks(
        snapshots.map(({ summary }) => summary),
        repository.remarks(),
      ),
      notes: [
        ...damagedTableNotes([
          ...repository.damagedSnapshotTables(),
          ...repository.damagedTables(['alarm', 'mark', 'tag']),
        ]),
        ...snapshots.flatMap(({ notes }) => notes),
      ],
    };
  });
}

/** @throws also UsageError and NotInSnapshotError, for TIME */
export function listFiles(request: SnapshotRequest, context: RunContext): FileListReport {
  const time = parseTime(request.time);
  return reading(request, context, (repository) => {
    const { snapshot, versions } = readNamed(repository, time, context.clock.nowMs());
    const { summary, notes } = summarizeSnapshot(snapshot);
    const records = repository.contentRecords();
    const files = versions.map((version) => toListedFile(version, records));
    return {
      repository: formatPath(request.repository),
      snapshot: summary,
      files: files.map(({ file }) => file),
      notes: [
        ...damagedTableNotes(repository.damagedTables()),
        ...notes,
        ...files.flatMap(({ damage }) => damageNotes(damage)),
      ],
    };
  });
}

/** @throws also UsageError and NotInSnapshotError, for TIME */
export function listChangedSince(request: SnapshotRequest, context: RunContext): ChangeListReport {
  const time = parseTime(request.time);
  return reading(request, context, (repository) => {
    const nowMs = context.clock.nowMs();
    const since = readNamed(repository, time, nowMs);
    const until = readNamed(repository, NOW, nowMs);
    const [older, newer] = [summarizeSnapshot(since.snapshot), summarizeSnapshot(until.snapshot)];
    return {
      repository: formatPath(request.repository),
      since: older.summary,
      until: newer.summary,
      changes: listChanges(since.versions, until.versions),
      notes: [...older.notes, ...(since.snapshot.id === until.snapshot.id ? [] : newer.notes)],
    };
  });
}

function reading<T>(
  request: ListRequest,
  { fileSystem }: RunContext,
  query: (repository: OpenRepository) => T,
): T {
  const repository = openSnapshots(fileSystem, request.repository);
  try {
    return askInOneState(repository, () => query(repository));
  } finally {
    repository.close();
  }
}

/** A proved snapshot with safe names. */
function readNamed(repository: OpenRepository, time: RequestedTime, nowMs: number): ProvedSnapshot {
  const proved = readProvedSnapshot(repository, time, nowMs);
  requireSafeNames(proved.versions);
  return proved;
}

/** In byte order of their paths. */
function listChanges(before: readonly Version[], after: readonly Version[]): ListedChange[] {
  const old = new Map(before.map((version) => [version.path, version]));
  const changes = new Map<BytePath, ListedChange['change']>();
  for (const version of after) {
    const former = old.get(version.path);
    old.delete(version.path);
    if (former === undefined) changes.set(version.path, 'new');
    else if (!isSameContent(former, version)) changes.set(version.path, 'changed');
    else if (!isSameVersion(former, version)) changes.set(version.path, 'metadata');
  }
  for (const path of old.keys()) changes.set(path, 'deleted');
  return [...changes]
    .toSorted(([a], [b]) => compareBytes(a, b))
    .map(([path, change]) => ({ path: showPath(path), change }));
}

function toListedFile(
  version: Version,
  { damagedContents, examinations }: ContentRecords,
): { readonly file: ListedFile; readonly damage: RecordDamage } {
  const { content, linkTarget } = version;
  const record = content === null ? undefined : examinations.get(content.id);
  const { examined, damage } = readExamined(version, record);
  const file: ListedFile = {
    path: showPath(version.path),
    type: version.type,
    mode: version.mode.toString(8).padStart(4, '0'),
    uid: version.uid,
    gid: version.gid,
    owner: version.ownerName,
    group: version.groupName,
    mtime: formatNanoseconds(version.mtimeNs),
    size: content?.sizeBytes ?? null,
    sha256: content?.sha256.toString('hex') ?? null,
    linkTarget: linkTarget === null ? null : formatPath(linkTarget),
    stale: version.isStale,
    damaged: content !== null && damagedContents.has(content.id),
    examined,
  };
  return { file, damage };
}

function readExamined(
  { path }: Version,
  record: ExaminationRecord | undefined,
): { readonly examined: ListedFile['examined']; readonly damage: RecordDamage } {
  if (record === undefined) return { examined: null, damage: [] };
  const { loads, problem, foundJson } = record;
  const sanitized = wouldLoadSanitized(readVerdict(record).verdict);
  const { found, damage } = readFindings(`'${showPath(path)}'`, foundJson);
  return { examined: found === null ? null : { ...found, loads, sanitized, problem }, damage };
}

const NS_PER_SECOND = 1_000_000_000n;

/** ISO 8601 in UTC with nine digits of fraction. */
function formatNanoseconds(timeNs: bigint): string {
  const fraction = ((timeNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  const seconds = Number((timeNs - fraction) / NS_PER_SECOND);
  const date = new Date(seconds * 1000).toISOString().replace('.000Z', '');
  return `${date}.${String(fraction).padStart(9, '0')}Z`;
}
