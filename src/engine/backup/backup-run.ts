// What a backup works with from its beginning to its end.
import type { Examiners } from '../../persistence/examine/examiners.js';
import type { WritableRepository } from '../../repository/repository.js';
import type { Digests } from '../../system/digest/digests.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { RunContext } from '../run/run-context.js';
import type { PreparedServer } from '../server/prepared-server.js';
import type { PathFilter } from '../source/path-filter.js';
import type { AlsoPath, SourceScan } from '../source/scan-source.js';
import type { BackupRequest } from './backup-request.js';

export interface BackupRun {
  readonly request: BackupRequest;
  readonly context: RunContext;
  /** By the monotonic clock. */
  readonly startedMs: number;
  /** Null where no server was named. */
  readonly preparedServer: PreparedServer | null;
  /** The real path of SOURCE, held. */
  readonly source: BytePath;
  readonly also: readonly AlsoPath[];
  readonly filter: PathFilter;
  readonly digests: Digests;
  /** Null where nothing is examined. */
  readonly examiners: Examiners | null;
}

/** A backup whose repository is open, and locked. */
export interface SnapshotRun extends BackupRun {
  readonly repository: WritableRepository;
  /** A scan from before the repository was opened (first-scan.ts), or null. */
  readonly firstScan: SourceScan | null;
}
