// The commit: the one transaction that makes a backup a snapshot, and the steps after this transaction
// (docs/format.md, "Commit"). What a crash leaves:
// 1. before the transaction: staged files, and increments without a row. The old snapshot is the newest.
//    The next writer deletes these files.
// 2. after the transaction: the new snapshot, with operations owed to the mirror. Readers take the owed
//    operations into account, and the next writer does them.
// 3. after the operations are marked done: perhaps no fresh copy of the catalog. The next commit makes one.
import { Catalog } from '../../catalog/catalog.js';
import type {
  AlarmRecord,
  ContentKey,
  ExaminationRecord,
  NewVersion,
  OwedOperation,
  Snapshot,
  SourceState,
} from '../../catalog/records.js';
import { digestSnapshot } from '../../catalog/tables/snapshot-digest.js';
import { CorruptError } from '../../errors.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { NewIncrement } from '../contents/write-increment.js';
import { writeCatalogCopy } from '../copies/catalog-copy.js';
import { catalogPath, incrementsPath } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import { Staging, syncDirectory } from '../staging.js';
import { type StoredReason, encodeReasons } from '../stored/stored-alarm.js';
import { type StoredFindings, encodeFindings } from '../stored/stored-findings.js';
import { type StoredNote, encodeNotes } from '../stored/stored-notes.js';
import { type StoredServer, encodeServer } from '../stored/stored-server.js';
import type { OwedOutcome } from './run-owed-operations.js';
import { keepReserve } from '../removal/reserve.js';
import { settleEarlierRun } from './settle-earlier-run.js';

/** A version of the new snapshot. The key of a file's content stands for the content's id. */
export type CommittedVersion = Omit<NewVersion, 'contentId'> & {
  readonly content: ContentKey | null;
};

export interface CommittedExamination extends Omit<ExaminationRecord, 'foundJson'> {
  readonly content: ContentKey;
  readonly found: StoredFindings;
}

/** The new snapshot, without the values that the commit itself finds out. */
export type CommittedSnapshot = Omit<
  Snapshot,
  'id' | 'digest' | 'addedBytes' | 'incrementBytes' | 'notesJson' | 'serverJson'
> & {
  readonly notes: readonly StoredNote[];
  /** Null where no server was asked. */
  readonly server: StoredServer | null;
};

/** What comparing the new snapshot with the one before has found. */
export interface CommittedAlarm extends Pick<AlarmRecord, 'confirmedAtSeconds'> {
  /** Empty where nothing was found. */
  readonly reasons: readonly StoredReason[];
}

export interface CommitPlan {
  readonly snapshot: CommittedSnapshot;
  /** Ids of the versions that the new snapshot no longer has. */
  readonly ended: readonly number[];
  readonly added: readonly CommittedVersion[];
  readonly increments: readonly NewIncrement[];
  /** The examinations of the contents that this run has read. */
  readonly examinations: readonly CommittedExamination[];
  readonly operations: readonly OwedOperation[];
  /** Names that the snapshot gets. */
  readonly tags: readonly string[];
  /** Null for the first snapshot, which has none before. */
  readonly alarm: CommittedAlarm | null;
  /** Stats of the files that this run has read. */
  readonly sourceStates: readonly SourceState[];
  /** Paths that SOURCE no longer has. */
  readonly forgottenStates: readonly BytePath[];
}

/**
 * Makes the names of all staged files and increments durable, then commits.
 * @returns the snapshot. Operations are still owed; finishCommit does them.
 * @throws when the transaction failed, and a second look into the catalog shows that nothing was committed
 */
export function commitSnapshot(repository: LocalRepository, plan: CommitPlan): Snapshot {
  const { fileSystem, path, catalog } = repository;
  new Staging(fileSystem, path).syncNew();
  if (plan.increments.length > 0) syncDirectory(fileSystem, incrementsPath(path));
  let taken: Snapshot | null = null;
  try {
    taken = catalog.write(() => (taken = insertAll(catalog, plan)));
  } catch (error) {
    // The rows may be there although SQLite says that COMMIT has failed.
    if (taken === null || !isNewestIn(path, taken)) throw error;
    return taken;
  }
  requireNewest(catalog, taken);
  return taken;
}

/** Proves that the newest snapshot is the one that was taken. @throws CorruptError */
function requireNewest(catalog: Catalog, taken: Snapshot): void {
  if (isNewest(catalog, taken)) return;
  throw new CorruptError(
    `the catalog is damaged: after the commit, its newest snapshot is not ${taken.id}`,
    { snapshotId: taken.id },
  );
}

function isNewest(catalog: Catalog, taken: Snapshot): boolean {
  const found = catalog.read(() => catalog.snapshots.newest());
  return found?.id === taken.id && found.digest.equals(taken.digest);
}

/** Does the operations that the commit owes, and leaves a checked copy of the catalog. */
export async function finishCommit(
  repository: LocalRepository,
  snapshot: Snapshot,
  actingUid: number,
): Promise<OwedOutcome> {
  const { catalog } = repository;
  const newest = catalog.read(() => catalog.versions.listNewest());
  const outcome = settleEarlierRun(repository, actingUid, newest);
  await writeCatalogCopy(repository, snapshot.id);
  keepReserve(repository);
  return outcome;
}

/** Opens the catalog again and looks for the very snapshot. False where it was not committed. */
function isNewestIn(repository: BytePath, taken: Snapshot): boolean {
  const catalog = Catalog.open(catalogPath(repository), { readOnly: false });
  try {
    return isNewest(catalog, taken);
  } finally {
    catalog.close();
  }
}

const UNSEALED = Buffer.alloc(32);

/** Inserts all rows of the commit. Called inside the transaction. */
function insertAll(catalog: Catalog, plan: CommitPlan): Snapshot {
  const id = catalog.snapshots.nextId();
  const before = catalog.snapshots.newest();
  const sizeBefore = before === null ? 0 : catalog.sizeBytes();
  const incrementBytes = plan.increments.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const { notes, server, ...counts } = plan.snapshot;
  const draft: Snapshot = {
    ...counts,
    notesJson: encodeNotes(notes),
    serverJson: server === null ? null : encodeServer(server),
    id,
    incrementBytes,
    addedBytes: incrementBytes,
    digest: UNSEALED,
  };
  catalog.snapshots.insert(draft);
  for (const ended of plan.ended) catalog.versions.end(ended, before?.id ?? 0);
  const contentId = ({ sha256, sizeBytes }: ContentKey): number =>
    catalog.versions.ensureContent(sha256, sizeBytes);
  for (const { content, ...version } of plan.added) {
    const file = content === null ? null : contentId(content);
    // A content that is back in the mirror no longer needs its increment. If the increment stayed, a chain
    // could run in a circle.
    const superseded = file === null ? null : catalog.increments.findByResult(file);
    if (superseded !== null) catalog.increments.delete(superseded.id);
    catalog.versions.insert({ ...version, contentId: file }, id);
  }
  for (const increment of plan.increments) {
    catalog.increments.insert({
      ...increment,
      resultId: increment.result.id,
      basisId: increment.basis === null ? null : contentId(increment.basis),
    });
  }
  for (const { content, loads, problem, found } of plan.examinations) {
    const record = { loads, problem, foundJson: encodeFindings(found) };
    catalog.examinations?.put({ ...content, id: contentId(content) }, record);
  }
  for (const state of plan.sourceStates) catalog.sourceStates.put(state);
  for (const path of plan.forgottenStates) catalog.sourceStates.delete(path);
  for (const name of plan.tags) catalog.remarks?.tags.add({ snapshotId: id, name });
  if (plan.alarm !== null) {
    const { reasons, confirmedAtSeconds } = plan.alarm;
    const reasonsJson = encodeReasons(reasons);
    catalog.remarks?.alarms.put({ snapshotId: id, reasonsJson, confirmedAtSeconds });
  }
  catalog.owed.replaceAll(plan.operations);
  return seal(catalog, draft, sizeBefore);
}

function seal(catalog: Catalog, draft: Snapshot, sizeBefore: number): Snapshot {
  const growth = Math.max(0, catalog.sizeBytes() - sizeBefore);
  const addedBytes = draft.incrementBytes + growth;
  const digest = digestSnapshot({ ...draft, addedBytes }, catalog.versions.listNewest());
  catalog.snapshots.seal(draft.id, addedBytes, digest);
  return { ...draft, addedBytes, digest };
}
