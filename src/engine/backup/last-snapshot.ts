// The last snapshot, with which a backup compares SOURCE.
import type { SourceState, Version } from '../../catalog/records.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { MirrorInspection } from '../snapshot/inspect-mirror.js';

/** What the last snapshot left to compare with, and what has become of it in the mirror. */
export interface LastSnapshot extends MirrorInspection {
  readonly versions: ReadonlyMap<BytePath, Version>;
  readonly states: ReadonlyMap<BytePath, SourceState>;
}

/** What a first backup goes on from. */
export const NO_SNAPSHOT: LastSnapshot = {
  versions: new Map(),
  states: new Map(),
  conditions: new Map(),
  present: [],
};
