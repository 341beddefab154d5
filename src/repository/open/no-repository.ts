// What to say where a repository was named and none is there: what is there instead, and where one is.
import { NoRepositoryError, RewindError } from '../../errors.js';
import {
  type BytePath,
  ROOT,
  formatPath,
  joinPath,
  parentPath,
} from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { catalogPath, dataPath } from '../layout.js';

/** The folder in which rdiff-backup keeps its own files. */
const RDIFF_BACKUP_DATA = 'rdiff-backup-data' as BytePath;

/** How many names of a folder are looked at for a repository below it. */
const MOST_NAMES = 1000;

export const BEGIN_ANEW =
  "name a new folder: 'redis-rewind backup SOURCE REPO' begins a history of its own; rdiff-backup still reads the old one";

export function isOfRdiffBackup(fileSystem: FileSystem, path: BytePath): boolean {
  return isFolder(fileSystem, joinPath(path, RDIFF_BACKUP_DATA));
}

export function noRepositoryAt(fileSystem: FileSystem, path: BytePath): NoRepositoryError {
  const shown = formatPath(path);
  if (isOfRdiffBackup(fileSystem, path)) {
    return new NoRepositoryError(`'${shown}' is a repository of rdiff-backup`, {
      path,
      hint: BEGIN_ANEW,
    });
  }
  return new NoRepositoryError(`no repository at '${shown}'`, {
    path,
    hint: whereOneIs(fileSystem, path),
  });
}

function whereOneIs(fileSystem: FileSystem, path: BytePath): string {
  const above = repositoryAbove(fileSystem, path);
  if (above !== null) return `'${formatPath(above)}' is one, and the path lies in it`;
  if (quietly(() => fileSystem.stat(path))?.isFile() === true) {
    return 'it is a file; restore and recover take an archive with --from';
  }
  const names = namesIn(fileSystem, path);
  const isMissing = quietly(() => fileSystem.stat(path)) === null;
  const below = repositoryIn(fileSystem, isMissing ? parentPath(path) : path);
  if (below !== null) return `'${formatPath(below)}' is one`;
  return names.length === 0
    ? `make one with 'redis-rewind backup SOURCE ${formatPath(path)}'`
    : "name the folder that 'redis-rewind backup' wrote to";
}

/** A repository among the names of a folder; null if there is none. */
function repositoryIn(fileSystem: FileSystem, path: BytePath): BytePath | null {
  const folders = namesIn(fileSystem, path)
    .slice(0, MOST_NAMES)
    .map((name) => joinPath(path, name));
  return folders.find((folder) => isRepository(fileSystem, folder)) ?? null;
}

function repositoryAbove(fileSystem: FileSystem, path: BytePath): BytePath | null {
  for (let folder = parentPath(path); ; folder = parentPath(folder)) {
    if (isRepository(fileSystem, folder)) return folder;
    if (folder === '/' || folder === ROOT) return null;
  }
}

/** Whether a repository of this program lies at the path. False where that cannot be seen. */
export function isRepository(fileSystem: FileSystem, path: BytePath): boolean {
  return (
    isFolder(fileSystem, dataPath(path)) &&
    quietly(() => fileSystem.stat(catalogPath(path))) !== null
  );
}

function isFolder(fileSystem: FileSystem, path: BytePath): boolean {
  return quietly(() => fileSystem.stat(path))?.isDirectory() === true;
}

function namesIn(fileSystem: FileSystem, path: BytePath): readonly BytePath[] {
  return isFolder(fileSystem, path) ? (quietly(() => fileSystem.list(path)) ?? []) : [];
}

/** A hint is no reason to fail. Null where something cannot be read. */
function quietly<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof RewindError) return null;
    throw error;
  }
}
