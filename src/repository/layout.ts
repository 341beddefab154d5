// Every path inside a repository, and nothing else names one (docs/format.md, "The directory").
// All functions take the absolute path of the repository and return absolute paths.
import { CorruptError } from '../errors.js';
import {
  type BytePath,
  ROOT,
  formatPath,
  isWithin,
  joinPath,
  pathFromText,
} from '../system/files/byte-path.js';

/** The folder of ours beside the mirror. */
export const DATA = 'redis-rewind-data' as BytePath;

/** Where paths from outside SOURCE stand in a snapshot and in the mirror: below it, their absolute path. */
export const ALSO = 'redis-rewind-data/also' as BytePath;

export function dataPath(repository: BytePath): BytePath {
  return joinPath(repository, DATA);
}

export function catalogPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), 'catalog.sqlite3');
}

/** The rollback journal that SQLite keeps beside the catalog during a transaction. */
export function catalogJournalPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), 'catalog.sqlite3-journal');
}

/** Where a new catalog is made, to be renamed into place when it is whole. */
export function newCatalogPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), 'catalog.new');
}

/** The copy of the catalog that the commit of a snapshot left. */
export function catalogCopyPath(repository: BytePath, snapshotId: number): BytePath {
  return joinPath(dataPath(repository), `catalog.${snapshotId}.zst`);
}

/** The snapshot that a name in the data folder is a catalog copy of; null for other names. */
export function parseCatalogCopyName(name: BytePath): number | null {
  const match = /^catalog\.([1-9][0-9]{0,15})\.zst$/.exec(name);
  return match === null ? null : Number(match[1]);
}

export function lockPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), 'lock.sqlite3');
}

export function readmePath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), 'README');
}

/** Names the dump that a server was asked for only to be backed up, as long as it is to be removed. */
export function temporaryDumpPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), 'temporary-dump');
}

export function incrementsPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), 'increments');
}

export function incrementPath(repository: BytePath, id: number): BytePath {
  return joinPath(incrementsPath(repository), String(id));
}

/** The increment that a name in increments/ stands for; null for names that are none. */
export function parseIncrementName(name: BytePath): number | null {
  return /^[1-9][0-9]{0,15}$/.test(name) ? Number(name) : null;
}

/** What a repair has moved out of the way, in numbered folders. */
export function keptPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), 'kept');
}

/** The number of a repair that a name in kept/ stands for; null for names that are none. */
export function parseKeptName(name: BytePath): number | null {
  return /^[1-9][0-9]{0,8}$/.test(name) ? Number(name) : null;
}

export function stagingPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), 'staging');
}

/**
 * @param staged a name below staging/, such as `new/3`
 * @throws CorruptError for any other name: the catalog may come from elsewhere
 */
export function stagedPath(repository: BytePath, staged: string): BytePath {
  if (!/^(?:new|old)\/[1-9][0-9]{0,15}$/.test(staged)) throw unsafeName(pathFromText(staged));
  return joinPath(stagingPath(repository), staged);
}

/**
 * Where a path of the newest snapshot stands in the mirror.
 * @throws CorruptError for a path that would lead out of it: the catalog may come from elsewhere
 */
export function mirrorPath(repository: BytePath, path: BytePath): BytePath {
  if (path === ROOT) return repository;
  if (!isSafePath(path)) throw unsafeName(path);
  return joinPath(repository, path);
}

/** Whether a relative path has no name in it that is empty, `.`, `..`, or holds NUL. */
export function isSafePath(path: BytePath): boolean {
  return !UNSAFE_NAME.test(path);
}

const UNSAFE_NAME = /(?:^|\/)\.{0,2}(?:\/|$)|\0/;

export function unsafeName(path: BytePath): CorruptError {
  return new CorruptError(`the catalog holds the unsafe name '${formatPath(path)}'`, { path });
}

/** Whether a path of SOURCE would fall on our own folder. */
export function isReserved(path: BytePath): boolean {
  return isWithin(path, DATA);
}
