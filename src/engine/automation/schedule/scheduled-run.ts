// What a schedule runs.
import type { BytePath } from '../../../system/files/byte-path.js';

export interface ScheduledRun {
  /** Node.js, the program, `backup` and its arguments. Paths are absolute; no password is among them. */
  readonly words: readonly string[];
  /** A shell reads it first: it has credentials. Absolute; null without one. */
  readonly environmentFile: BytePath | null;
  /** Whether it sends to a store that asks who it is. */
  readonly needsCredentials: boolean;
  readonly repository: BytePath;
  /** Null where a server is named. */
  readonly source: BytePath | null;
}
