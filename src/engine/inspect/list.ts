// Lists the snapshots of a repository, the files of a snapshot, or what changed since a snapshot.
import type { ExaminationRecord, Snapshot, Version } from '../../catalog/records.js';
import type { SnapshotListing } from '../../repository/questions/questions.js';
import { openForReading } from '../../repository/open/open-repository.js';
import { decodeFindings } from '../../repository/stored/stored-findings.js';
import type { OpenRepository } from '../../repository/repository.js';
import { type BytePath, compareBytes, formatPath } from '../../system/files/byte-path.js';
import { askInOneState } from '../snapshot/ask-in-one-state.js';
import { isSameContent, isSameVersion } from '../snapshot/compare-versions.js';
import { showPath } from '../run/notes.js';
import type {
  ChangeListReport,
  FileListReport,
  ListedChange,
  ListedFile,
  SnapshotListReport,
} from './list-report.js';
import type { ListRequest, SnapshotRequest } from './list-request.js';
import { resolveSnapshot } from '../snapshot/resolve-snapshot.js';
import type { RunContext } from '../run/run-context.js';
import { NOW, type RequestedTime, parseTime } from '../snapshot/time-spec.js';
import { summarizeSnapshot } from '../snapshot/snapshot-summary.js';

/** @throws NoRepositoryError, CorruptError, NewerFormatError */
export function listSnapshots(request: ListRequest, context: RunContext): SnapshotListReport {
  return reading(request, context, (repository) => ({
    repository: formatPath(request.repository),
    snapshots: repository.snapshots().map(summarizeSnapshot),
  }));
}

/** @throws also UsageError and NotInSnapshotError, for TIME */
export function listFiles(request: SnapshotRequest, context: RunContext): FileListReport {
  const time = parseTime(request.time);
  return reading(request, context, (repository) => {
    const snapshot = findSnapshot(repository, time, context);
    const listing = repository.listingOf(snapshot.id);
    return {
      repository: formatPath(request.repository),
      snapshot: summarizeSnapshot(snapshot),
      files: listing.versions.map((version) => toListedFile(version, listing)),
    };
  });
}

/** @throws also UsageError and NotInSnapshotError, for TIME */
export function listChangedSince(request: SnapshotRequest, context: RunContext): ChangeListReport {
  const time = parseTime(request.time);
  return reading(request, context, (repository) => {
    const since = findSnapshot(repository, time, context);
    const until = findSnapshot(repository, NOW, context);
    return {
      repository: formatPath(request.repository),
      since: summarizeSnapshot(since),
      until: summarizeSnapshot(until),
      changes: listChanges(repository.versionsOf(since.id), repository.versionsOf(until.id)),
    };
  });
}

function reading<T>(
  request: ListRequest,
  { fileSystem }: RunContext,
  query: (repository: OpenRepository) => T,
): T {
  const repository = openForReading(fileSystem, request.repository);
  try {
    return askInOneState(repository, () => query(repository));
  } finally {
    repository.close();
  }
}

function findSnapshot(
  repository: OpenRepository,
  time: RequestedTime,
  context: RunContext,
): Snapshot {
  return resolveSnapshot(repository.snapshots(), time, context.clock.nowMs());
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
  { damagedContents, examinations }: SnapshotListing,
): ListedFile {
  const { content, linkTarget } = version;
  return {
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
    stale: version.stale,
    damaged: content !== null && damagedContents.has(content.id),
    examined: content === null ? null : toExamined(content.id, examinations.get(content.id)),
  };
}

/** @throws CorruptError for a row that no backup has written */
function toExamined(
  contentId: number,
  record: ExaminationRecord | undefined,
): ListedFile['examined'] {
  if (record === undefined) return null;
  const { loads, problem } = record;
  return { ...decodeFindings(contentId, record.foundJson), loads, problem };
}

const NS_PER_SECOND = 1_000_000_000n;

/** ISO 8601 in UTC with nine digits of fraction. */
function formatNanoseconds(timeNs: bigint): string {
  const fraction = ((timeNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  const seconds = Number((timeNs - fraction) / NS_PER_SECOND);
  const date = new Date(seconds * 1000).toISOString().replace('.000Z', '');
  return `${date}.${String(fraction).padStart(9, '0')}Z`;
}
