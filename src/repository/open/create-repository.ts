// Makes an empty repository. Every step may be interrupted and done again. The catalog is made last, under
// another name, and then renamed. So a file catalog.sqlite3 is always whole.
import { randomUUID } from 'node:crypto';
import { Catalog } from '../../catalog/catalog.js';
import { SystemError } from '../../errors.js';
import { type BytePath, formatPath, parentPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { removeTree } from '../../system/files/remove-tree.js';
import { setMode } from '../../system/files/metadata/set-mode.js';
import {
  catalogPath,
  dataPath,
  incrementsPath,
  lockPath,
  newCatalogJournalPath,
  newCatalogPath,
  readmePath,
} from '../layout.js';
import { README_TEXT } from '../readme-text.js';
import type { RepositoryPlace } from '../repository-place.js';
import { Staging, syncDirectory } from '../staging.js';

/**
 * Makes the repository's folders and the lock's file, so that the writers' lock can be taken. The path and
 * its parents may be missing. A folder at the path must be empty, or an unfinished creation.
 * @param made receives each folder as soon as it is made
 */
export function prepareRepository(
  { fileSystem, path: repository }: RepositoryPlace,
  made: BytePath[],
): void {
  makeDirectories(fileSystem, repository, made);
  makePrivate(fileSystem, repository);
  const data = dataPath(repository);
  makeFolder(fileSystem, data, made);
  unlessPresent(() => writeFile(fileSystem, lockPath(repository), ''));
  syncDirectory(fileSystem, data);
  syncDirectory(fileSystem, repository);
}

/** @throws SystemError whose hint says where else the repository may be */
function makePrivate(fileSystem: FileSystem, repository: BytePath): void {
  try {
    setMode(fileSystem, repository, 0o700);
  } catch (error) {
    if (!isErrno(error, 'EPERM')) throw error;
    const object = formatPath(repository);
    const reason = 'it belongs to another user, or its file system has no owners';
    const call = { operation: 'make private', object, path: repository, errno: 'EPERM', reason };
    const hint = `name a folder in it that does not exist yet, such as '${object}/redis', or run as its owner`;
    throw new SystemError(call, { hint, cause: error });
  }
}

/** Makes the rest of the repository, after prepareRepository. The caller holds the writers' lock. */
export function finishCreation(
  { fileSystem, path: repository }: RepositoryPlace,
  createdAtSeconds: number,
): void {
  const data = dataPath(repository);
  if (fileSystem.stat(incrementsPath(repository)) === null) {
    fileSystem.makeDirectory(incrementsPath(repository), 0o700);
  }
  new Staging(fileSystem, repository).prepare();
  removeTree(fileSystem, readmePath(repository));
  writeFile(fileSystem, readmePath(repository), README_TEXT);
  const draft = newCatalogPath(repository);
  removeTree(fileSystem, draft);
  removeTree(fileSystem, newCatalogJournalPath(repository));
  writeFile(fileSystem, draft, '');
  Catalog.create(draft, randomUUID(), createdAtSeconds);
  syncDirectory(fileSystem, data);
  fileSystem.rename(draft, catalogPath(repository));
  syncDirectory(fileSystem, data);
}

/**
 * Makes a directory and its missing parents, all with mode 0700 and durable. An earlier run may have made
 * some of them, and been cut off before the sync. So where a parent holds only this one entry, the parent's
 * own name is synced too.
 */
function makeDirectories(fileSystem: FileSystem, path: BytePath, made: BytePath[]): void {
  const parent = parentPath(path);
  if (fileSystem.stat(path) === null) {
    // The parent may be a symbolic link to a directory.
    if (fileSystem.realPath(parent) === null) makeDirectories(fileSystem, parent, made);
    makeFolder(fileSystem, path, made);
  }
  syncDirectory(fileSystem, parent);
  if (parent !== '/' && fileSystem.list(parent).length === 1) {
    makeDirectories(fileSystem, parent, made);
  }
}

function makeFolder(fileSystem: FileSystem, path: BytePath, made: BytePath[]): void {
  unlessPresent(() => {
    fileSystem.makeDirectory(path, 0o700);
    made.push(path);
  });
}

/** Accepts that the entry exists: another process may be making the same repository now. */
function unlessPresent(make: () => void): void {
  try {
    make();
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}

function writeFile(fileSystem: FileSystem, path: BytePath, text: string): void {
  const file = fileSystem.open(path, 'create');
  try {
    fileSystem.write(file, Buffer.from(text, 'utf8'), 0);
    fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
}
