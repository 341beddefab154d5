// What a commit owes the mirror, as an ordered list of idempotent operations (docs/format.md, "Owed
// operations"). The order: directories that something else replaces go first, then new directories,
// then new files, with AOF manifests after the files they name, then deletions, then metadata,
// deepest directories first. `sync` makes the names changed so far durable before the next step may
// begin: a file that is placed in a directory which a power loss undoes would be gone with it.
import type { EntryType, OwedOperation } from '../../catalog/records.js';
import {
  type BytePath,
  ROOT,
  compareBytes,
  isWithin,
  parentPath,
} from '../../system/files/byte-path.js';
import { stagedName } from '../layout.js';

/** An entry before or after the commit, as far as the mirror is concerned. */
export interface MirrorEntry {
  readonly path: BytePath;
  readonly type: EntryType;
}

export interface MirrorChange {
  /** Everything in the mirror before and after the commit, whatever the order. */
  readonly before: readonly MirrorEntry[];
  readonly after: readonly MirrorEntry[];
  /** Files and links that are new or have new content, by path, with their names in staging. */
  readonly staged: ReadonlyMap<BytePath, string>;
  /** Entries of which only the metadata is new or not what it should be. */
  readonly touched: ReadonlySet<BytePath>;
}

export function planOwedOperations(change: MirrorChange): OwedOperation[] {
  const before = new Map(change.before.map((entry) => [entry.path, entry.type]));
  const after = new Map(change.after.map((entry) => [entry.path, entry.type]));
  // A rename replaces anything but a directory, or anything by a directory: only those are in the way.
  const replaced = [...before.keys()].filter(
    (path) => after.has(path) && isDirectoryIn(before, path) !== isDirectoryIn(after, path),
  );
  const newDirectories = [...after.keys()]
    .filter((path) => isDirectoryIn(after, path) && !isDirectoryIn(before, path) && path !== ROOT)
    .toSorted(compareBytes);
  const placed = [...change.staged.keys()].toSorted(compareBytes);
  const deleted = [...before.keys()].filter(
    (path) => !after.has(path) && !replaced.some((folder) => isWithin(path, folder)),
  );
  const deletedDirectories = deleted.filter((path) => isDirectoryIn(before, path));
  const deletedFiles = deleted.filter((path) => !isDirectoryIn(before, path));

  const disturbed = new Set<BytePath>(newDirectories);
  for (const path of [...replaced, ...newDirectories, ...placed, ...deleted]) {
    disturbed.add(parentPath(path));
  }
  const directories = [...after.keys()].filter(
    (path) =>
      isDirectoryIn(after, path) &&
      path !== ROOT &&
      (disturbed.has(path) || change.touched.has(path)),
  );
  const touchedFiles = [...change.touched].filter(
    (path) => after.has(path) && !isDirectoryIn(after, path) && !change.staged.has(path),
  );

  let oldCount = 0;
  const retire = (path: BytePath): OwedOperation => {
    oldCount += 1;
    return { kind: 'retire', path, staged: stagedName('old', oldCount) };
  };
  const place = (path: BytePath): OwedOperation => ({
    kind: 'place',
    path,
    staged: change.staged.get(path) as string,
  });
  return joinPhases([
    replaced.toSorted(compareBytes).map(retire),
    newDirectories.map((path) => ({ kind: 'make-directory' as const, path, staged: null })),
    placed.filter((path) => !isManifest(path)).map(place),
    placed.filter(isManifest).map(place),
    [
      ...deletedFiles.toSorted(compareBytes).map(retire),
      ...deepestFirst(deletedDirectories).map((path) => ({
        kind: 'remove-directory' as const,
        path,
        staged: null,
      })),
    ],
    [...touchedFiles.toSorted(compareBytes), ...deepestFirst(directories)].map((path) => ({
      kind: 'set-metadata' as const,
      path,
      staged: null,
    })),
  ]);
}

function isDirectoryIn(side: ReadonlyMap<BytePath, EntryType>, path: BytePath): boolean {
  return side.get(path) === 'directory';
}

function isManifest(path: BytePath): boolean {
  return path.endsWith('.manifest');
}

/** Byte order puts a directory before what is in it, so the reverse is deepest first. */
function deepestFirst(paths: readonly BytePath[]): BytePath[] {
  return paths.toSorted(compareBytes).toReversed();
}

function joinPhases(phases: readonly (readonly OwedOperation[])[]): OwedOperation[] {
  return phases
    .filter((phase) => phase.length > 0)
    .flatMap((phase) => [...phase, { kind: 'sync', path: ROOT, staged: null }]);
}
