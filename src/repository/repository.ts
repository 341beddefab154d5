// A repository as the rest of the program sees it: open for reading, or open for the one process that may
// write. Both types answer questions, and both hide the catalog. So a repository can one day be on another
// host.
import type {
  AlarmRecord,
  ContentCheck,
  Increment,
  Mark,
  Snapshot,
  Tag,
  VerificationRecord,
} from '../catalog/records.js';
import type { CommitPlan } from './commit/commit.js';
import type { OwedOutcome } from './commit/run-owed-operations.js';
import type { ComposedChain } from './removal/composed-chain.js';
import type { RunSeries } from './removal/run-series.js';
import type { RepositoryQuestions } from './questions/questions.js';
import type { RepositoryPlace } from './repository-place.js';

export interface OpenRepository extends RepositoryPlace, RepositoryQuestions {
  /**
   * Notes the result of a verification in the catalog. The generation stays the same.
   * @returns why the note could not be kept; null where the note is kept
   */
  noteVerification(record: VerificationRecord, checks: readonly ContentCheck[]): string | null;
  close(): void;
}

/** A repository of which this process is the only writer. */
export interface WritableRepository extends OpenRepository {
  /** Whether this run has made the repository. */
  readonly created: boolean;
  /**
   * Makes the backup a snapshot (commit/commit.ts). Operations are then still owed to the mirror.
   * @throws LockedError where other programs read the catalog all the time
   */
  commit(plan: CommitPlan): Promise<Snapshot>;
  /**
   * Does the operations that the commit owes the mirror, and leaves a checked copy of the catalog. Where this
   * throws, the next writer does it.
   * @throws as `commit`
   */
  finishCommit(snapshot: Snapshot, actingUid: number): Promise<OwedOutcome>;
  /**
   * Drops snapshots, and the increments that then lead to nothing, in one transaction. What is left of them in chains is
   * in `planRemoval` from then on.
   * @returns the increments that are gone
   * @throws as `commit`
   */
  forgetSnapshots(snapshotIds: ReadonlySet<number>): Promise<readonly Increment[]>;
  /**
   * Puts one increment in the place of a run, in one transaction.
   * @returns the new increment
   * @throws CorruptError where the run does not rebuild its content; then nothing is changed. As `commit`
   */
  composeRun(chain: ComposedChain, series: RunSeries): Promise<Increment>;
  /** Gives back the room of deleted rows where that is worth it, and leaves the one copy of the catalog that is up to date. */
  tidyCatalog(): Promise<void>;
  /** Changes what is said of snapshots, in one transaction. @throws as `commit` */
  remark(change: RemarkChange): Promise<void>;
  /** Deletes what a backup has written and not committed. */
  discardUncommitted(): void;
  /** Leaves a checked copy of the catalog. @param snapshotId of the newest snapshot, for the copy's name */
  writeCatalogCopy(snapshotId: number): Promise<void>;
  /** Closes the repository after a failure. Removes it where this run has made it and it has no snapshot. */
  abandon(): void;
}

export interface RemarkChange {
  /** Each takes the place of what the catalog has of its snapshot. */
  readonly marks?: readonly Omit<Mark, 'isDamaged'>[];
  readonly alarms?: readonly AlarmRecord[];
  readonly addedTags?: readonly Tag[];
  readonly removedTags?: readonly Tag[];
}
