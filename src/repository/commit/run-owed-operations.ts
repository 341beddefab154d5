// Doing what a commit owes the mirror. Every operation is idempotent, so that a run that was cut off
// is simply run again from the start:
// - `retire` has been done where its name in staging exists; until then its path is the old entry,
//   because nothing is placed before the `sync` that follows. Where a power loss has kept the new
//   name and not the end of the old one, the file has both, and loses the old one.
// - `place` is owed while its name in staging exists.
// - a directory is made where it is missing, and removed while it is there and empty.
// - metadata is set again, at no cost.
// A `sync` covers all directories named so far, done in this run or before it. Of a rename's two
// directories it syncs first the one that gained the name, so that a power loss between the two
// leaves a file with both names, and never with none.
import type { EntryType, OwedOperation, Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { type UnsetMetadata, applyMetadata } from '../../system/files/apply-metadata.js';
import { type BytePath, formatPath, parentPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileStat, FileSystem } from '../../system/files/file-system.js';
import { mirrorPath, stagedPath, stagingPartPath } from '../layout.js';
import { mirrorMetadata } from './mirror-metadata.js';
import { syncDirectory } from '../staging.js';

export interface OwedRun {
  readonly fileSystem: FileSystem;
  /** By its real path. */
  readonly repository: BytePath;
  readonly actingUid: number;
  readonly operations: readonly OwedOperation[];
  /** The versions of the newest snapshot, for the metadata that is owed. */
  readonly newest: readonly Version[];
}

export interface OwedOutcome {
  readonly unset: readonly UnsetMetadata[];
  /** Directories that the snapshot no longer has, left in place because something else is in them. */
  readonly notEmpty: readonly BytePath[];
}

/** Does all operations in order. @throws SystemError where one fails; the rest stay owed. */
export function runOwedOperations(run: OwedRun): OwedOutcome {
  const { fileSystem, repository } = run;
  const versions = new Map(run.newest.map((version) => [version.path, version]));
  const disturbed = new Set<BytePath>();
  const notEmpty: BytePath[] = [];
  let metadata: Version[] = [];
  const unset: UnsetMetadata[] = [];
  const flushMetadata = (): void => {
    const targets = metadata.map((version) =>
      mirrorMetadata(mirrorPath(repository, version.path), version, run.actingUid),
    );
    // Only what is of its type: the mode of a file must not be given to what a link leads to.
    const present = targets.filter(({ path, type }) => isOfType(fileSystem.stat(path), type));
    unset.push(...applyMetadata(fileSystem, present));
    metadata = [];
  };

  for (const operation of run.operations) {
    const path = mirrorPath(repository, operation.path);
    const staged = operation.staged === null ? null : stagedPath(repository, operation.staged);
    if (operation.kind !== 'sync') {
      requireNoLinkAbove(fileSystem, path);
      disturbed.add(parentPath(path));
    }
    if (staged !== null) disturbed.add(parentPath(staged));
    switch (operation.kind) {
      case 'retire':
        if (staged !== null) retire(fileSystem, path, staged);
        break;
      case 'place':
        if (staged !== null && fileSystem.stat(staged) !== null) fileSystem.rename(staged, path);
        break;
      case 'make-directory':
        if (fileSystem.stat(path) === null) fileSystem.makeDirectory(path, 0o700);
        disturbed.add(path);
        break;
      case 'remove-directory':
        if (!removeIfEmpty(fileSystem, path)) notEmpty.push(operation.path);
        disturbed.delete(path);
        break;
      case 'set-metadata': {
        const version = versions.get(operation.path);
        if (version !== undefined) metadata.push(version);
        if (version?.type === 'directory') disturbed.add(path);
        break;
      }
      case 'sync':
        flushMetadata();
        for (const directory of gainersFirst(repository, disturbed)) {
          if (fileSystem.stat(directory) !== null) syncDirectory(fileSystem, directory);
        }
        break;
    }
  }
  return { unset, notEmpty };
}

function retire(fileSystem: FileSystem, path: BytePath, staged: BytePath): void {
  const present = fileSystem.stat(path);
  const retired = fileSystem.stat(staged);
  if (present === null) return;
  if (retired === null) fileSystem.rename(path, staged);
  else if (retired.ino === present.ino && retired.dev === present.dev) fileSystem.unlink(path);
}

/** Retiring gives names to staging/old, placing takes them from staging/new. */
function gainersFirst(repository: BytePath, directories: Iterable<BytePath>): BytePath[] {
  const gaining = stagingPartPath(repository, 'old');
  const losing = stagingPartPath(repository, 'new');
  const rank = (path: BytePath): number => (path === gaining ? 0 : path === losing ? 2 : 1);
  return [...directories].toSorted((a, b) => rank(a) - rank(b));
}

function isOfType(stat: FileStat | null, type: EntryType): boolean {
  if (stat === null) return false;
  if (type === 'file') return stat.isFile();
  return type === 'directory' ? stat.isDirectory() : stat.isSymbolicLink();
}

/** @throws CorruptError where a symbolic link leads out of the mirror on the way to an entry */
function requireNoLinkAbove(fileSystem: FileSystem, path: BytePath): void {
  const parent = parentPath(path);
  const real = fileSystem.realPath(parent);
  if (real === null || real === parent) return;
  throw new CorruptError(
    `'${formatPath(parent)}' is a link to '${formatPath(real)}', and the catalog has a directory there`,
    { hint: 'put the directory back in its place' },
  );
}

/** @returns false where the directory stays because it is not empty */
function removeIfEmpty(fileSystem: FileSystem, path: BytePath): boolean {
  if (fileSystem.stat(path) === null) return true;
  try {
    fileSystem.removeDirectory(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOTEMPTY') || isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}
