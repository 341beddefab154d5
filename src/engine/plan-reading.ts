// Which files of SOURCE must be read: those whose stat is not the one of their last reading, or whose
// mirror file is not whole. Decided from stats alone.
import type { SourceState, Version } from '../catalog/records.js';
import type { BytePath } from '../system/byte-path.js';
import type { FileStat } from '../system/file-system.js';
import type { MirrorInspection } from './inspect-mirror.js';
import type { ScannedEntry } from './scan-source.js';

/** What the last snapshot left to compare with, and what has become of it in the mirror. */
export interface LastSnapshot extends MirrorInspection {
  readonly versions: ReadonlyMap<BytePath, Version>;
  readonly states: ReadonlyMap<BytePath, SourceState>;
}

/**
 * The content that an entry has without being read; null where it must be read.
 * @param rehash read everything
 */
export function knownContent(
  entry: ScannedEntry,
  last: LastSnapshot,
  rehash: boolean,
): Version['content'] {
  const version = last.versions.get(entry.path);
  const state = last.states.get(entry.path);
  if (rehash || version === undefined || state === undefined || version.stale) return null;
  if (last.conditions.get(entry.path) === 'wrong-content') return null;
  return state.settled && isSameStat(state, entry.stat) ? version.content : null;
}

/** Bytes of the files that must be read, by their present sizes. */
export function bytesToRead(
  entries: readonly ScannedEntry[],
  last: LastSnapshot,
  rehash: boolean,
): number {
  return entries
    .filter((entry) => entry.type === 'file' && knownContent(entry, last, rehash) === null)
    .reduce((sum, entry) => sum + Number(entry.stat.size), 0);
}

function isSameStat(state: SourceState, stat: FileStat): boolean {
  return (
    state.device === stat.dev &&
    state.inode === stat.ino &&
    state.sizeBytes === stat.size &&
    state.mtimeNs === stat.mtimeNs &&
    state.ctimeNs === stat.ctimeNs
  );
}
