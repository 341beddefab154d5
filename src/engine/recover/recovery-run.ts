// What a run of `recover` works with, once the repository is open and the server is found.
import type { WritableRepository } from '../../repository/repository.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { Note } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import type { RecoveryJournal } from './journal/recovery-journal.js';
import type { RecoveryTarget } from './target/reach-target.js';
import type { RecoverRequest } from './recover-request.js';

export interface CommandRun {
  readonly request: RecoverRequest;
  readonly context: RunContext;
  /** By the monotonic clock. */
  readonly startedMs: number;
  /** A real path; null where no repository is named. */
  readonly repositoryPath: BytePath | null;
  /** Open for writing, and locked; null for a dry run, where none is named, or where this user may not write there. */
  readonly repository: WritableRepository | null;
  /** Where journals may be; the first one that can be written gets a new one. */
  readonly places: readonly BytePath[];
  readonly target: RecoveryTarget;
  /** Recoveries of this server, newest first. */
  readonly journals: readonly RecoveryJournal[];
  readonly notes: readonly Note[];
}
