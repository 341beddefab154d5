// An open repository on this machine, for reading or for writing. Its catalog is private.
import type {
  ContentCheck,
  Increment,
  Snapshot,
  VerificationRecord,
} from '../../catalog/records.js';
import { LockedError } from '../../errors.js';
import { type CommitPlan, commitSnapshot, finishCommit } from '../commit/commit.js';
import {
  COMMIT_PATIENCE_MS,
  LAST_STEP_PATIENCE_MS,
  type Patience,
  waitForReaders,
} from '../commit/wait-for-readers.js';
import type { OwedOutcome } from '../commit/run-owed-operations.js';
import { discardUncommitted } from '../commit/settle-earlier-run.js';
import { writeCatalogCopy } from '../copies/catalog-copy.js';
import { remark } from './remark.js';
import { recordAsWriter, recordVerification } from './record-verification.js';
import type { LocalRepository } from '../local-repository.js';
import { composeIncrement } from '../removal/compose-increment.js';
import type { RunSeries } from '../removal/run-series.js';
import { deleteIncrement, forgetSnapshots } from '../removal/forget-snapshots.js';
import type { ComposedChain } from '../removal/composed-chain.js';
import { hasReserve, keepReserve, makingRoom, makingRoomForFiles } from '../removal/reserve.js';
import { replaceRun } from '../removal/replace-run.js';
import { tidyCatalog } from '../removal/tidy-catalog.js';
import { CatalogAnswers } from '../questions/catalog-answers.js';
import type { OpenRepository, RemarkChange, WritableRepository } from '../repository.js';

export class ReadableRepository extends CatalogAnswers implements OpenRepository {
  readonly #local: LocalRepository;
  readonly #onClosed: () => void;

  /** @param onClosed called after the catalog is closed; removes temporary files of the opening */
  constructor(local: LocalRepository, onClosed: () => void = () => {}) {
    super(local);
    this.#local = local;
    this.#onClosed = onClosed;
  }

  noteVerification(record: VerificationRecord, checks: readonly ContentCheck[]): string | null {
    return recordVerification(this.#local, record, checks);
  }

  close(): void {
    this.#local.catalog.close();
    this.#onClosed();
  }
}

export interface WriterEnd {
  readonly created: boolean;
  /** Called after the catalog is closed. Releases the lock. */
  readonly onClosed: () => void;
  /** As onClosed, after a failure. @param isEmpty whether the repository has no snapshot */
  readonly onAbandoned: (isEmpty: boolean) => void;
}

export class WriterRepository extends CatalogAnswers implements WritableRepository {
  readonly created: boolean;
  readonly #local: LocalRepository;
  readonly #end: WriterEnd;
  readonly #patience: Patience;
  readonly #hadReserve: boolean;

  constructor(local: LocalRepository, end: WriterEnd, patience: Patience) {
    super(local);
    this.created = end.created;
    this.#local = local;
    this.#end = end;
    this.#patience = patience;
    this.#hadReserve = hasReserve(local);
  }

  commit(plan: CommitPlan): Promise<Snapshot> {
    return waitForReaders(this.path, this.#patience, COMMIT_PATIENCE_MS, () =>
      commitSnapshot(this.#local, plan),
    );
  }

  finishCommit(snapshot: Snapshot, actingUid: number): Promise<OwedOutcome> {
    return waitForReaders(this.path, this.#patience, LAST_STEP_PATIENCE_MS, () =>
      finishCommit(this.#local, snapshot, actingUid),
    );
  }

  forgetSnapshots(snapshotIds: ReadonlySet<number>): Promise<readonly Increment[]> {
    return waitForReaders(this.path, this.#patience, COMMIT_PATIENCE_MS, () =>
      makingRoom(this, () => forgetSnapshots(this.#local, snapshotIds)),
    );
  }

  async composeRun(chain: ComposedChain, series: RunSeries): Promise<Increment> {
    const { checkpoint } = this.#patience;
    const id = this.nextIncrementId();
    try {
      const increment = await composeIncrement(this, chain, { id, series, checkpoint });
      await waitForReaders(this.path, this.#patience, COMMIT_PATIENCE_MS, () =>
        makingRoom(this, () => replaceRun(this.#local, chain, increment)),
      );
      return increment;
    } catch (error) {
      // The rows may be there although SQLite says that COMMIT has failed.
      if (!this.incrementIds().includes(id)) deleteIncrement(this, id);
      throw error;
    }
  }

  tidyCatalog(): Promise<void> {
    return tidyCatalog(this.#local, this.#hadReserve);
  }

  remark(change: RemarkChange): Promise<void> {
    return waitForReaders(this.path, this.#patience, COMMIT_PATIENCE_MS, () =>
      makingRoom(this, () => remark(this.#local.catalog, change)),
    );
  }

  discardUncommitted(): void {
    discardUncommitted(this.#local, this.newestVersions());
  }

  async writeCatalogCopy(snapshotId: number): Promise<void> {
    await makingRoomForFiles(this, () => writeCatalogCopy(this.#local, snapshotId));
    if (this.#hadReserve) keepReserve(this.#local, true);
  }

  noteVerification(record: VerificationRecord, checks: readonly ContentCheck[]): string | null {
    try {
      return recordAsWriter(this.#local.catalog, record, checks);
    } catch (error) {
      if (error instanceof LockedError) return error.message;
      throw error;
    }
  }

  close(): void {
    this.#local.catalog.close();
    this.#end.onClosed();
  }

  abandon(): void {
    let isEmpty = false;
    try {
      isEmpty = this.newestSnapshot() === null;
    } catch {
      // The failure that led here is the one to report.
    }
    this.#local.catalog.close();
    this.#end.onAbandoned(isEmpty);
  }
}
