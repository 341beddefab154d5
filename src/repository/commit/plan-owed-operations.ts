// Plans what a commit owes the mirror: an ordered list of idempotent operations (docs/format.md, "Owed
// operations"). The phases in order:
// 1. entries are moved away where a directory replaces a file or a file a directory;
// 2. new directories are made;
// 3. new files are placed, AOF manifests after the files that they name;
// 4. entries are deleted;
// 5. metadata is set, on the deepest directories first.
// Each phase ends with `sync`, which makes all changed names durable. Without it, a power loss could undo
// a new directory and lose the files that were placed in it.
import type { EntryType, OwedOperation } from '../../catalog/records.js';
import {
  type BytePath,
  ROOT,
  compareBytes,
  isWithin,
  parentPath,
} from '../../system/files/byte-path.js';
import { stagedName } from '../layout.js';

/** An entry of the mirror, before or after the commit. */
export interface MirrorEntry {
  readonly path: BytePath;
  readonly type: EntryType;
}

export interface MirrorChange {
  /** All entries of the mirror before and after the commit, in any order. */
  readonly before: readonly MirrorEntry[];
  readonly after: readonly MirrorEntry[];
  /** Files and links that are new or have new content, by path, with their names in staging. */
  readonly staged: ReadonlyMap<BytePath, string>;
  /** Entries whose content stays, and whose metadata is new or not as it should be. */
  readonly touched: ReadonlySet<BytePath>;
}

export function planOwedOperations(change: MirrorChange): OwedOperation[] {
  const before = new Map(change.before.map((entry) => [entry.path, entry.type]));
  const after = new Map(change.after.map((entry) => [entry.path, entry.type]));
  // A rename replaces a file or link by a file or link. Only a change from or to a directory needs more.
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
  const placing = (path: BytePath): OwedOperation => ({
    kind: 'place',
    path,
    staged: change.staged.get(path) as string,
  });
  return joinPhases([
    replaced.toSorted(compareBytes).map(retire),
    newDirectories.map((path) => ({ kind: 'make-directory' as const, path, staged: null })),
    placed.filter((path) => !namesOtherFiles(path)).map(placing),
    placed.filter(namesOtherFiles).map(placing),
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

/** An AOF manifest names other files. The same name decides as in persistence/aof, which this room cannot ask. */
function namesOtherFiles(path: BytePath): boolean {
  return path.endsWith('.manifest');
}

/** Byte order puts a directory before its entries, so the reverse order is deepest first. */
function deepestFirst(paths: readonly BytePath[]): BytePath[] {
  return paths.toSorted(compareBytes).toReversed();
}

function joinPhases(phases: readonly (readonly OwedOperation[])[]): OwedOperation[] {
  return phases
    .filter((phase) => phase.length > 0)
    .flatMap((phase) => [...phase, { kind: 'sync', path: ROOT, staged: null }]);
}
