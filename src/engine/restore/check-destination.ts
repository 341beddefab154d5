// Whether a restore may write to its destination, told before anything is written.
import { InTheWayError, UsageError } from '../../errors.js';
import { dataPath } from '../../repository/layout.js';
import {
  type BytePath,
  ROOT,
  baseName,
  formatPath,
  isWithin,
  joinPath,
  parentPath,
} from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { findServerIn } from '../../system/processes/server-processes.js';
import type { PlannedEntry } from './plan-restore.js';
import { realPathOfFuture } from '../source/source-guards.js';

export interface CheckedDestination {
  /** By its real path; the last parts may not exist yet. */
  readonly path: BytePath;
  /** The existing directory in which the restore may keep temporary files: on the same file system. */
  readonly workDirectory: BytePath;
  /** Directories that are missing above the destination, outermost first. */
  readonly missingParents: readonly BytePath[];
}

/** @throws InTheWayError, UsageError */
export function checkDestination(
  fileSystem: FileSystem,
  destination: BytePath,
  repository: BytePath,
  entries: readonly PlannedEntry[],
  force: boolean,
): CheckedDestination {
  const path = realPathOfFuture(fileSystem, destination);
  const realRepository = fileSystem.realPath(repository) ?? repository;
  if (isWithin(path, realRepository) || isWithin(dataPath(realRepository), path)) {
    throw new UsageError(
      `destination '${formatPath(path)}' and the repository are one inside the other`,
      {
        typed: formatPath(destination),
        hint: 'name a directory outside of the repository',
      },
    );
  }
  const [top] = entries;
  const isTree = top?.version.type === 'directory';
  // First, so that nobody learns of --force from a lesser obstacle.
  if (!force) requireNoServer(fileSystem, isTree ? path : parentPath(path));
  const stat = fileSystem.stat(path);
  if (stat !== null) {
    if (isTree) requireUsableDirectory(fileSystem, path, entries, force);
    else requireReplaceable(fileSystem, path, top, force);
  }
  const missing: BytePath[] = [];
  for (
    let parent = parentPath(path);
    fileSystem.stat(parent) === null;
    parent = parentPath(parent)
  ) {
    missing.unshift(parent);
  }
  const existing = missing[0] === undefined ? parentPath(path) : parentPath(missing[0]);
  if (fileSystem.stat(existing)?.isDirectory() !== true) {
    throw new InTheWayError(`'${formatPath(existing)}' is not a directory`, { path: existing });
  }
  return {
    path,
    workDirectory: isTree && stat !== null ? path : existing,
    missingParents: missing,
  };
}

/**
 * @param directory that will be written to; where it is new, nothing of a server's is in it
 * @throws InTheWayError where a server runs in it, or in the one above it, as it does above its AOF
 */
function requireNoServer(fileSystem: FileSystem, directory: BytePath): void {
  if (fileSystem.stat(directory) === null) return;
  for (const candidate of [directory, parentPath(directory)]) {
    const server = findServerIn(candidate);
    if (server === null) continue;
    throw new InTheWayError(
      `a Redis server (process ${server}) is running in '${formatPath(candidate)}'`,
      {
        path: candidate,
        hint: 'stop it first, or it will write its own data over what is restored; or use --force',
      },
    );
  }
}

function requireUsableDirectory(
  fileSystem: FileSystem,
  path: BytePath,
  entries: readonly PlannedEntry[],
  force: boolean,
): void {
  const shown = formatPath(path);
  if (fileSystem.stat(path)?.isDirectory() !== true) {
    throw new InTheWayError(`destination '${shown}' exists and is not a directory`, {
      path,
      hint: 'name a new or an empty directory',
    });
  }
  const isEmpty = fileSystem.list(path).length === 0;
  if (isEmpty) return;
  if (!force) {
    throw new InTheWayError(`destination '${shown}' exists and is not empty`, {
      path,
      hint: 'name a new or an empty directory, or use --force to replace the files that are restored (others are left alone)',
    });
  }
  for (const { relative, version } of entries) {
    if (relative === ROOT) continue;
    const place = joinPath(path, relative);
    const present = fileSystem.stat(place);
    if (present === null) continue;
    if (present.isDirectory() !== (version.type === 'directory')) {
      const placeShown = formatPath(place);
      throw new InTheWayError(
        present.isDirectory()
          ? `'${placeShown}' is a directory, and the snapshot has a ${version.type} there`
          : `'${placeShown}' is no directory (links are not followed), and the snapshot has one there`,
        { path: place, hint: 'move it away first: --force replaces files, never directories' },
      );
    }
  }
}

function requireReplaceable(
  fileSystem: FileSystem,
  path: BytePath,
  top: PlannedEntry | undefined,
  force: boolean,
): void {
  const shown = formatPath(path);
  if (fileSystem.stat(path)?.isDirectory()) {
    const name = formatPath(baseName(top?.version.path ?? ROOT));
    throw new InTheWayError(`destination '${shown}' is a directory`, {
      path,
      hint: `name the file itself: '${shown}/${name}'`,
    });
  }
  if (!force) {
    throw new InTheWayError(`destination '${shown}' exists`, {
      path,
      hint: 'name another one, or use --force to replace it',
    });
  }
}
