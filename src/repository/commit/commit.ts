// The commit: the one transaction at which a backup becomes a snapshot, and what follows it
// (docs/format.md, "Commit"). What a crash leaves at each step:
// 1. before the transaction: staged files and increments that no row names; the next writer deletes
//    them, and the old snapshot stands.
// 2. after it: the new snapshot stands, with operations owed; readers resolve them in memory, and
//    the next writer does them.
// 3. after the operations are marked done: perhaps no fresh catalog copy; the next commit makes one.
import { Catalog } from '../../catalog/catalog.js';
import type {
  ContentKey,
  ExaminationRecord,
  NewVersion,
  OwedOperation,
  Snapshot,
  SourceState,
} from '../../catalog/records.js';
import { digestSnapshot } from '../../catalog/snapshot-digest.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { writeCatalogCopy } from '../copies/catalog-copy.js';
import { catalogPath, incrementsPath } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import { settleEarlierRun } from './settle-earlier-run.js';
import type { OwedOutcome } from './run-owed-operations.js';
import { Staging, syncDirectory } from '../staging.js';
import type { NewIncrement } from '../contents/write-increment.js';
import { type StoredFindings, encodeFindings } from '../stored/stored-findings.js';
import { type StoredNote, encodeNotes } from '../stored/stored-notes.js';
import { type StoredServer, encodeServer } from '../stored/stored-server.js';

/** A version of the new snapshot; a file's content is named by its digest. */
export type CommittedVersion = Omit<NewVersion, 'contentId'> & {
  readonly content: ContentKey | null;
};

export interface CommittedExamination extends Omit<ExaminationRecord, 'foundJson'> {
  readonly content: ContentKey;
  readonly found: StoredFindings;
}

/** The new snapshot, but for what the commit itself finds out. */
export type CommittedSnapshot = Omit<
  Snapshot,
  'id' | 'digest' | 'addedBytes' | 'incrementBytes' | 'notesJson' | 'serverJson'
> & {
  readonly notes: readonly StoredNote[];
  /** Null where no server was asked. */
  readonly server: StoredServer | null;
};

export interface CommitPlan {
  readonly snapshot: CommittedSnapshot;
  /** Ids of the newest versions that the new snapshot no longer has as they are. */
  readonly ended: readonly number[];
  readonly added: readonly CommittedVersion[];
  readonly increments: readonly NewIncrement[];
  /** What was found in contents that were read in this run. */
  readonly examinations: readonly CommittedExamination[];
  readonly operations: readonly OwedOperation[];
  /** Stats of the files read in this run, and paths that SOURCE no longer has. */
  readonly sourceStates: readonly SourceState[];
  readonly forgottenStates: readonly BytePath[];
}

/**
 * Makes all that is staged durable, then commits.
 * @returns the snapshot; operations are still owed (finishCommit does them)
 * @throws when the transaction failed: nothing was committed, which was asked of the catalog itself
 */
export function commitSnapshot(repository: LocalRepository, plan: CommitPlan): Snapshot {
  const { fileSystem, path, catalog } = repository;
  new Staging(fileSystem, path).syncNew();
  if (plan.increments.length > 0) syncDirectory(fileSystem, incrementsPath(path));
  const id = catalog.read(() => catalog.snapshots.nextId());
  try {
    return catalog.write(() => insertAll(catalog, id, plan));
  } catch (error) {
    const committed = findCommitted(path, id);
    if (committed === null) throw error;
    return committed;
  }
}

/** Does the operations that the commit owes, and leaves a checked copy of the catalog. */
export async function finishCommit(
  repository: LocalRepository,
  snapshot: Snapshot,
  actingUid: number,
): Promise<OwedOutcome> {
  const outcome = settleEarlierRun(repository, actingUid);
  await writeCatalogCopy(repository, snapshot.id);
  return outcome;
}

/** The snapshot, as a fresh look into the catalog sees it; null where it was not committed. */
function findCommitted(repository: BytePath, id: number): Snapshot | null {
  const catalog = Catalog.open(catalogPath(repository), { readOnly: false });
  try {
    return catalog.read(() => catalog.snapshots.list().find((row) => row.id === id) ?? null);
  } finally {
    catalog.close();
  }
}

const UNSEALED = Buffer.alloc(32);

/** All rows of the commit, inside its transaction. */
function insertAll(catalog: Catalog, id: number, plan: CommitPlan): Snapshot {
  const sizeBefore = catalog.snapshots.newest() === null ? 0 : catalog.sizeBytes();
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
  for (const ended of plan.ended) catalog.versions.end(ended, id - 1);
  const contentId = ({ sha256, sizeBytes }: ContentKey): number =>
    catalog.versions.ensureContent(sha256, sizeBytes);
  for (const { content, ...version } of plan.added) {
    const file = content === null ? null : contentId(content);
    // A content that comes back into the mirror needs its increment no longer; keeping it could let
    // chains run in a circle.
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
