// Which files of SOURCE must be read: those whose stat has changed since they were last read, and those
// whose mirror file is not whole. Decided from stats alone.
import type { ExaminationRecord, SourceState, Version } from '../../catalog/records.js';
import type { FileStat } from '../../system/files/file-system.js';
import { isSameContent } from '../snapshot/compare-versions.js';
import { readVerdict } from '../snapshot/examined-verdict.js';
import { recordedIdentity } from '../source/recorded-stat.js';
import type { ScannedEntry } from '../source/scan-source.js';
import type { LastSnapshot } from './last-snapshot.js';
import type { NextEntry } from './next-entry.js';

/**
 * The content of an entry that need not be read; null where it must be read.
 * @param rehash read everything
 */
export function knownContent(
  entry: ScannedEntry,
  last: LastSnapshot,
  rehash: boolean,
): Version['content'] {
  const version = last.versions.get(entry.path);
  const state = last.states.get(entry.path);
  if (rehash || version === undefined || state === undefined || version.isStale) return null;
  if (last.conditions.get(entry.path) === 'wrong-content') return null;
  return state.isSettled && isSameStat(state, entry.stat) ? version.content : null;
}

/**
 * The states as they were, but unsettled for files that an earlier program examined: it took some damage
 * for something unknown. So these files are read and examined again, once.
 */
export function unsettleOutdated(
  states: readonly SourceState[],
  versions: LastSnapshot['versions'],
  examinations: ReadonlyMap<number, ExaminationRecord>,
): SourceState[] {
  return states.map((state) => {
    const content = versions.get(state.path)?.content;
    const record = content ? examinations.get(content.id) : undefined;
    const isOutdated = record !== undefined && readVerdict(record).isOutdated;
    return isOutdated ? { ...state, isSettled: false } : state;
  });
}

/** Whether the mirror has what an entry holds, so that nothing is staged for it. */
export function isInMirror(next: NextEntry, last: LastSnapshot): boolean {
  const version = last.versions.get(next.path);
  return (
    version !== undefined &&
    isSameContent(version, next) &&
    last.conditions.get(next.path) !== 'wrong-content'
  );
}

/** The files that must be read. */
export function filesToRead(
  entries: readonly ScannedEntry[],
  last: LastSnapshot,
  rehash: boolean,
): ScannedEntry[] {
  return entries.filter(
    (entry) => entry.type === 'file' && knownContent(entry, last, rehash) === null,
  );
}

/**
 * Whether a new file has replaced an old one since it was last read, as Redis saves a dump. Then probably
 * all of it must be compared. A file that only grows keeps its inode.
 */
export function isReplaced({ path, stat }: ScannedEntry, last: LastSnapshot): boolean {
  const state = last.states.get(path);
  const { device, inode } = recordedIdentity(stat);
  return state !== undefined && (state.inode !== inode || state.device !== device);
}

function isSameStat(state: SourceState, stat: FileStat): boolean {
  const present = recordedIdentity(stat);
  return (
    state.device === present.device &&
    state.inode === present.inode &&
    state.sizeBytes === present.sizeBytes &&
    state.mtimeNs === present.mtimeNs &&
    state.ctimeNs === present.ctimeNs
  );
}
