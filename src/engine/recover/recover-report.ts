// What `recover` reports, as docs/cli.md describes it. Paths are as formatPath shows them.
import type { Note } from '../run/notes.js';
import type { ArchivedSnapshotSummary } from '../restore/restore-report.js';
import type { Choice, Protocol } from './plan/recovery-plan.js';
import type { DatabaseKeys } from './plan/snapshot-data.js';

/** What a run is about to do. It is shown before anything is changed. */
export interface RecoveryPreview {
  readonly action: 'recover' | 'undo';
  /** Null where none is named. */
  readonly repository: string | null;
  /** The archive that is brought back, as messages call it; null where the snapshot is in the repository, and for an undo. */
  readonly archive: string | null;
  /** The id of the recovery. */
  readonly recovery: string;
  /** Whether it was begun by an earlier run. */
  readonly isContinued: boolean;
  /** What is brought back; null for an undo. */
  readonly snapshot: ArchivedSnapshotSummary | null;
  /** Where the server answers; null where none was asked. */
  readonly server: string | null;
  /** The server's, a real path. */
  readonly directory: string;
  /** What is loaded, and why; null for an undo. */
  readonly choice: Choice | null;
  readonly protocol: Protocol | null;
  /** Files of the snapshot and where they go, below the directory. Empty for an undo. */
  readonly placed: readonly { readonly from: string; readonly to: string }[];
  /** Whether the server starts with its AOF on; null where it is not known. */
  readonly isAofOn: boolean | null;
  /** What becomes of the data that is there now: the names, and the folder that they are moved to. */
  readonly aside: { readonly folder: string; readonly names: readonly string[] };
  /** The folder from which an undo puts back what was there; null for a recovery. */
  readonly putBackFrom: string | null;
  /** How what the server holds now is kept. `snapshot`: it is saved and backed up first. `kept`: by an earlier run. */
  readonly present: 'snapshot' | 'discarded' | 'not-running' | 'kept';
  /** As words for a person. */
  readonly stop: string;
  readonly start: string;
  /** How many keys there will be; null where that is known only after loading, and for an undo. */
  readonly expectedDatabases: readonly DatabaseKeys[] | null;
  readonly notes: readonly Note[];
}

export interface RecoverReport extends RecoveryPreview {
  /** `planned`: it ended after the plan, and nothing was changed. */
  readonly outcome: 'planned' | 'recovered' | 'undone';
  /** The snapshot of what the server held before; null where none was taken by this run. */
  readonly presentSnapshot: number | null;
  /** What the server has now; null where it was not asked. */
  readonly now: ServerNow | null;
  /** The command that takes it back; null after an undo, and after a plan. */
  readonly undo: string | null;
  readonly elapsedMs: number;
}

export interface ServerNow {
  readonly keys: number;
  readonly databases: readonly DatabaseKeys[];
  readonly isAofOn: boolean;
}
