// A repository as the rest of the program has it: open for reading, or open for the one process that may
// write. Both answer questions; neither shows its catalog, so that a repository can one day be on another
// host.
import type { ContentCheck, Snapshot, VerificationRecord } from '../catalog/records.js';
import type { CommitPlan } from './commit/commit.js';
import type { OwedOutcome } from './commit/run-owed-operations.js';
import type { RepositoryQuestions } from './questions/questions.js';
import type { RepositoryPlace } from './repository-place.js';

export interface OpenRepository extends RepositoryPlace, RepositoryQuestions {
  /**
   * Notes in the catalog what was verified; no reader notices.
   * @returns why the note could not be kept; null where it is kept
   */
  noteVerification(record: VerificationRecord, checks: readonly ContentCheck[]): string | null;
  close(): void;
}

/** A repository of which this process is the only writer. */
export interface WritableRepository extends OpenRepository {
  /** Whether this run made it. */
  readonly created: boolean;
  /** Turns what is staged into a snapshot (commit/commit.ts). The mirror is still owed operations then. */
  commit(plan: CommitPlan): Snapshot;
  /** Does what the commit owes the mirror, and leaves a checked copy of the catalog. */
  finishCommit(snapshot: Snapshot, actingUid: number): Promise<OwedOutcome>;
  /** Deletes what a backup wrote and did not commit. */
  discardUncommitted(): void;
  /** Leaves a checked copy of the catalog, named for its newest snapshot. */
  writeCatalogCopy(snapshotId: number): Promise<void>;
  /** Closes the repository after a failure. One that this run made, and that has no snapshot, is removed. */
  abandon(): void;
}
