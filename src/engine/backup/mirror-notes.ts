// What a backup says of the mirror that it found: which files it put right, which were lost, and which no
// backup made. A directory that no backup made is never deleted: it may be somebody's only copy.
import { InTheWayError } from '../../errors.js';
import { mirrorPath } from '../../repository/layout.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { lookNote, type Note } from '../run/notes.js';
import { isSameContent } from '../snapshot/compare-versions.js';
import type { ScannedEntry } from '../source/scan-source.js';
import type { LastSnapshot } from './last-snapshot.js';
import type { NextEntry } from './next-entry.js';

/** @throws InTheWayError where a file or link would have to replace a directory that no backup made */
export function requireNoForeignDirectory(
  repository: BytePath,
  last: LastSnapshot,
  scanned: readonly ScannedEntry[],
): void {
  const foreign = new Set(
    last.present
      .filter(({ type }) => type === 'directory')
      .map(({ path }) => path)
      .filter((path) => last.versions.get(path)?.type !== 'directory'),
  );
  const entry = scanned.find(({ path, type }) => type !== 'directory' && foreign.has(path));
  if (entry === undefined) return;
  const path = mirrorPath(repository, entry.path);
  throw new InTheWayError(
    `no backup made the directory '${formatPath(path)}' in the repository, and SOURCE has a ${entry.type} of the same name`,
    { path, hint: 'move the directory out of the repository and run again' },
  );
}

export function mirrorNotes(last: LastSnapshot, next: readonly NextEntry[]): Note[] {
  const present = new Map(last.present.map(({ path, type }) => [path, type]));
  return next.flatMap((entry) => {
    const note = noteOn(entry, last, present.get(entry.path));
    return note === null ? [] : [note];
  });
}

function noteOn(
  entry: NextEntry,
  last: LastSnapshot,
  present: NextEntry['type'] | undefined,
): Note | null {
  const { path, type } = entry;
  const shown = formatPath(path);
  const version = last.versions.get(path);
  if (version === undefined) {
    const isReplaced = type === 'directory' ? present !== 'directory' : entry.staged !== null;
    if (present === undefined || !isReplaced) return null;
    return lookNote(
      'foreign-replaced',
      path,
      `'${shown}' in the repository is not in any snapshot; the ${type} from SOURCE replaces it`,
      'keep other files out of the repository',
    );
  }
  if (!isSameContent(version, entry)) return null;
  if (last.conditions.get(path) !== 'wrong-content') {
    // The same content is staged only where the bytes of the mirror file were others.
    return type === 'file' && entry.staged !== null ? mendedBytesNote(path) : null;
  }
  if (entry.isStale && type !== 'directory') {
    return lookNote(
      'mirror-lost',
      path,
      `the ${type} '${shown}' in the mirror is missing or damaged, and SOURCE could not be read`,
      'find out which program changes files in the repository, and why SOURCE cannot be read',
    );
  }
  return lookNote(
    'mirror-mended',
    path,
    `the ${type} '${shown}' in the mirror was missing or changed; this backup puts it right`,
    'find out which program changes files in the repository',
  );
}

/** Its size is right. So no program wrote to it as programs write: the disk has changed what it was given. */
function mendedBytesNote(path: BytePath): Note {
  return lookNote(
    'mirror-mended',
    path,
    `the mirror file '${formatPath(path)}' was damaged; this backup puts it right`,
    "check the disk for errors, and run 'redis-rewind verify REPO'",
  );
}
