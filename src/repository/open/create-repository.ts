// Making an empty repository. Every step may be interrupted and done again. The catalog comes last: it is
// made under another name and renamed, so a catalog.sqlite3 that exists is whole.
import { randomUUID } from 'node:crypto';
import { Catalog } from '../../catalog/catalog.js';
import { type BytePath, parentPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import {
  catalogPath,
  dataPath,
  incrementsPath,
  lockPath,
  newCatalogJournalPath,
  newCatalogPath,
  readmePath,
} from '../layout.js';
import type { RepositoryPlace } from '../repository-place.js';
import { README_TEXT } from '../readme-text.js';
import { Staging, removeTree, syncDirectory } from '../staging.js';

/**
 * Makes the folders and the lock, so that the writers' lock can be taken: all but the catalog.
 * The path must be missing (its parents may be, too), empty, or an unfinished creation.
 * @param made is told each folder that was not there, at once
 */
export function prepareRepository(
  { fileSystem, path: repository }: RepositoryPlace,
  made: BytePath[],
): void {
  makeDirectories(fileSystem, repository, made);
  fileSystem.chmod(repository, 0o700);
  const data = dataPath(repository);
  makeFolder(fileSystem, data, made);
  unlessPresent(() => writeFile(fileSystem, lockPath(repository), ''));
  syncDirectory(fileSystem, data);
  syncDirectory(fileSystem, repository);
}

/** Makes what prepareRepository left out. The caller holds the writers' lock. */
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
 * Makes a directory and the parents that are missing, all 0700 and durable. An earlier run may have
 * made some of them and been cut off before it could sync that: a directory that holds nothing else
 * is synced in its parent again.
 */
function makeDirectories(fileSystem: FileSystem, path: BytePath, made: BytePath[]): void {
  const parent = parentPath(path);
  if (fileSystem.stat(path) === null) {
    // A parent that is a symbolic link to a directory is as good as one.
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

/** Another process may be making the same repository at this moment. */
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
