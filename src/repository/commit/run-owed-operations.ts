// Does what a commit owes the mirror. Every operation is idempotent: after a crash, the next run starts
// again from the first operation.
// - `retire` is done when its name in staging exists. Until then its path is the old entry, because nothing
//   is placed before the `sync` that follows. After a power loss the file may have both names; then the
//   path in the mirror is unlinked.
// - `place` is owed while its name in staging exists.
// - a directory is made if it is missing, and removed if it exists and is empty.
// - metadata is set again.
// `sync` covers the directories of all operations so far, even if an earlier run did the operations. A
// rename changes two directories. `sync` first syncs the directory that gained the name: a power loss
// before the second sync leaves the file with both names, never with none.
import type { EntryType, OwedOperation, Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { type UnsetMetadata, applyMetadata } from '../../system/files/metadata/apply-metadata.js';
import { type BytePath, formatPath, parentPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileStat, FileSystem } from '../../system/files/file-system.js';
import { append } from '../../system/lists/lists.js';
import { mirrorPath, stagedPath, stagingPartPath } from '../layout.js';
import { syncDirectory } from '../staging.js';
import { mirrorMetadata } from './mirror-metadata.js';

export interface OwedRun {
  readonly fileSystem: FileSystem;
  /** The real path, without symbolic links. */
  readonly repository: BytePath;
  readonly actingUid: number;
  readonly operations: readonly OwedOperation[];
  /** The versions of the newest snapshot; their metadata is set. */
  readonly newest: readonly Version[];
}

export interface OwedOutcome {
  readonly unset: readonly UnsetMetadata[];
  /** Directories that the snapshot no longer has. They stay because they hold something else. */
  readonly notEmpty: readonly BytePath[];
}

/** Does all operations in order. @throws SystemError where one fails; all operations then stay owed */
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
    // Skips an entry of another type: chmod follows a link, and would change a file outside the mirror.
    const present = targets.filter(({ path, type }) => isOfType(fileSystem.stat(path), type));
    append(unset, applyMetadata(fileSystem, present));
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

/** `retire` adds names to staging/old, so this folder goes first. `place` takes names from staging/new. */
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

/** @throws CorruptError where a directory above an entry is a symbolic link */
function requireNoLinkAbove(fileSystem: FileSystem, path: BytePath): void {
  const parent = parentPath(path);
  // The repository is held, so that this stat follows no link. realPath refuses what is longer than PATH_MAX.
  if (fileSystem.stat(parent)?.isDirectory() === true) return;
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
