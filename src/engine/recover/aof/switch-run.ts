// What the two ways of switching an AOF share: the server, what can be seen of it, and where things stand.
import type { ReachedServer } from '../../../redis/server/live-server.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import type { Note } from '../../run/notes.js';
import type { ProgressEvent, RunContext } from '../../run/run-context.js';
import type { SeenDirectory } from './seen-directory.js';
import type { Standing } from './standing.js';
import type { AofSwitchReport } from './aof-switch-report.js';

export interface SwitchRun {
  readonly reached: ReachedServer;
  /** Null where the server's directory cannot be seen from here. */
  readonly directory: SeenDirectory | null;
  readonly force: boolean;
  readonly context: RunContext;
  readonly standing: Standing;
  /** What to do after an interruption, as it follows a colon. */
  readonly again: string;
  /** Tells of a phase that counts keys. */
  readonly onProgress: (
    phase: ProgressEvent['phase'],
  ) => (doneKeys: number, totalKeys: number) => void;
}

/** What a switch has done. */
export interface Switched extends Pick<AofSwitchReport, 'wasOn' | 'proof' | 'notes'> {
  /** Absolute. */
  readonly files: readonly BytePath[];
  readonly dump: BytePath | null;
  readonly notes: readonly Note[];
}
