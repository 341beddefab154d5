// Every name that this program gives to a file or folder, in a repository or beside the destination of a
// restore (docs/format.md, "The directory"). No other file spells these names: test/house/own-names.test.ts
// checks this. Functions take the absolute path of the repository and return absolute paths. Given ROOT,
// they return paths relative to the repository, for messages.
import { CorruptError } from '../errors.js';
import {
  type BytePath,
  ROOT,
  baseName,
  formatPath,
  isWithin,
  joinPath,
  pathFromText,
} from '../system/files/byte-path.js';

/** Our own folder, beside the mirror. */
export const DATA = 'redis-rewind-data' as BytePath;

/** Files from outside SOURCE are kept below this folder, in snapshots and in the mirror. */
export const ALSO = 'redis-rewind-data/also' as BytePath;

export const CATALOG_NAME = 'catalog.sqlite3';
export const INCREMENTS_NAME = 'increments';
export const STAGING_NAME = 'staging';
const LOCK_NAME = 'lock.sqlite3';
const README_NAME = 'README';
const KEPT_NAME = 'kept';
const RECOVERIES_NAME = 'recover';
const RECOVERY_MARK_NAME = 'recovered';
const RESERVE_NAME = 'reserve';
const TEMPORARY_DUMP_NAME = 'temporary-dump';
const NEW_CATALOG_NAME = 'catalog.new';
/** SQLite puts a rollback journal beside each of its files during a transaction. */
const JOURNAL = '-journal';

/** The names that a creation makes before the catalog. An interrupted creation may leave them. */
export const CREATION_NAMES: readonly string[] = [
  LOCK_NAME,
  `${LOCK_NAME}${JOURNAL}`,
  INCREMENTS_NAME,
  STAGING_NAME,
  README_NAME,
  NEW_CATALOG_NAME,
  `${NEW_CATALOG_NAME}${JOURNAL}`,
];

/** Names that stay in our folder. The journal of the lock exists while a writer holds the lock. */
const LASTING_NAMES = new Set<string>([
  CATALOG_NAME,
  LOCK_NAME,
  `${LOCK_NAME}${JOURNAL}`,
  INCREMENTS_NAME,
  STAGING_NAME,
  baseName(ALSO),
  KEPT_NAME,
  RECOVERIES_NAME,
  RECOVERY_MARK_NAME,
  README_NAME,
  RESERVE_NAME,
]);

/** Names that exist during a run, and after a run that was cut off. */
const PASSING_NAMES = new Set<string>([
  `${CATALOG_NAME}${JOURNAL}`,
  NEW_CATALOG_NAME,
  `${NEW_CATALOG_NAME}${JOURNAL}`,
]);

export type DataName =
  /** Every repository may have this name; `kept` comes from a repair, `recover` and `recovered` from a recovery. */
  | 'lasting'
  /** From a run that is going on or was cut off. The next writer removes it. */
  | 'passing'
  /** The note about a server's dump. The next backup of the server removes the dump and the note. */
  | 'dump-note'
  /** This program makes no such name. */
  | 'foreign';

/** @param name in our folder */
export function classifyDataName(name: BytePath): DataName {
  if (LASTING_NAMES.has(name) || parseCatalogCopyName(name) !== null) return 'lasting';
  if (name === TEMPORARY_DUMP_NAME) return 'dump-note';
  return PASSING_NAMES.has(name) ? 'passing' : 'foreign';
}

export function dataPath(repository: BytePath): BytePath {
  return joinPath(repository, DATA);
}

export function catalogPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), CATALOG_NAME);
}

/** The rollback journal that SQLite keeps beside the catalog during a transaction. */
export function catalogJournalPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), `${CATALOG_NAME}${JOURNAL}`);
}

/** The files that SQLite would make for a write-ahead log. No catalog has one. */
export function writeAheadPaths(repository: BytePath): BytePath[] {
  return ['-wal', '-shm'].map((end) => joinPath(dataPath(repository), `${CATALOG_NAME}${end}`));
}

/** Where a new catalog is made. When it is whole, it is renamed into place. */
export function newCatalogPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), NEW_CATALOG_NAME);
}

export function newCatalogJournalPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), `${NEW_CATALOG_NAME}${JOURNAL}`);
}

/** The copy of the catalog that the commit of this snapshot has left. */
export function catalogCopyPath(repository: BytePath, snapshotId: number): BytePath {
  return joinPath(dataPath(repository), `catalog.${snapshotId}.zst`);
}

/** The id of the snapshot in the name of a catalog copy; null for other names. */
export function parseCatalogCopyName(name: BytePath): number | null {
  const match = /^catalog\.([1-9][0-9]{0,15})\.zst$/.exec(name);
  return match === null ? null : Number(match[1]);
}

export function lockPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), LOCK_NAME);
}

export function lockJournalPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), `${LOCK_NAME}${JOURNAL}`);
}

export function readmePath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), README_NAME);
}

/** What the next backup must know of a recovery. */
export function recoveryMarkPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), RECOVERY_MARK_NAME);
}

/** Room that a removal on a full disk gives up for the catalog's journal. */
export function reservePath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), RESERVE_NAME);
}

/** The note about a dump that a server makes only for a backup. It is kept until the dump is removed. */
export function temporaryDumpPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), TEMPORARY_DUMP_NAME);
}

export function incrementsPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), INCREMENTS_NAME);
}

export function incrementPath(repository: BytePath, id: number): BytePath {
  return joinPath(incrementsPath(repository), String(id));
}

/** The id of the increment with this name in increments/; null for other names. */
export function parseIncrementName(name: BytePath): number | null {
  return /^[1-9][0-9]{0,15}$/.test(name) ? Number(name) : null;
}

/** The folder for what repairs have kept. Each repair has a numbered folder in it. */
export function keptPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), KEPT_NAME);
}

/** The number of the repair with this name in kept/; null for other names. */
export function parseKeptName(name: BytePath): number | null {
  return /^[1-9][0-9]{0,8}$/.test(name) ? Number(name) : null;
}

/** Folders in the folder of one repair: for entries of the mirror, staged files, and increments. */
export const KEPT_MIRROR = 'mirror' as BytePath;
export const KEPT_STAGING = STAGING_NAME as BytePath;
export const KEPT_INCREMENTS = INCREMENTS_NAME as BytePath;

export function stagingPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), STAGING_NAME);
}

/** `new` holds entries that will be placed in the mirror, `old` entries that were taken out of it. */
export const STAGING_PARTS = ['new', 'old'] as const;
export type StagingPart = (typeof STAGING_PARTS)[number];

export function stagingPartPath(repository: BytePath, part: StagingPart): BytePath {
  return joinPath(stagingPath(repository), part);
}

/** Where names are tried. It exists for a moment, and the next writer removes what was left of it. */
export function probePath(repository: BytePath): BytePath {
  return joinPath(stagingPath(repository), 'names');
}

/** A name below staging/, such as `new/3`. */
export function stagedName(part: StagingPart, number: number): string {
  return `${part}/${number}`;
}

/**
 * @param staged a name that stagedName has made
 * @throws CorruptError for any other name: the catalog may come from elsewhere
 */
export function stagedPath(repository: BytePath, staged: string): BytePath {
  if (!/^(?:new|old)\/[1-9][0-9]{0,15}$/.test(staged)) throw unsafeName(pathFromText(staged));
  return joinPath(stagingPath(repository), staged);
}

/** The folder beside the destination in which a restore writes until it is done. */
export function restoreWorkName(processId: number): string {
  return `.redis-rewind-restore-${processId}`;
}

/**
 * Folders of a recovery beside a server's directory: for what was there before, and, after an undo, for what was recovered.
 * The third and the fourth are those within the directory, where nothing can be moved out of it; backups leave them out.
 */
export function asidePath(
  directory: BytePath,
  recoveryId: string,
  { holds, isWithin: isInside }: AsidePlace,
): BytePath {
  return isInside
    ? joinPath(directory, `${WITHIN[holds]}${recoveryId}`)
    : (`${directory}${BESIDE[holds]}${recoveryId}` as BytePath);
}

export interface AsidePlace {
  readonly holds: 'former' | 'recovered';
  /** Whether the folder is within the server's directory. */
  readonly isWithin: boolean;
}

/**
 * For what a server has written that was started in the middle of a recovery.
 * @param aside the folder of that recovery; @param number from 1 on
 */
export function meanwhilePath(aside: BytePath, number: number): BytePath {
  return joinPath(aside, `meanwhile-${number}`);
}

const BESIDE = { former: '.before-recover-', recovered: '.recovered-' } as const;
const WITHIN = {
  former: '.redis-rewind-aside-',
  recovered: '.redis-rewind-recovered-',
} as const;

/** @param name in a directory of a server */
export function isAsideName(name: BytePath): boolean {
  return Object.values(WITHIN).some(
    (start) => name.startsWith(start) && isRecoveryId(name.slice(start.length)),
  );
}

/** When a recovery began, in UTC, and the number of the program that began it, such as `20261128T031500Z-4711`. */
export function isRecoveryId(text: string): boolean {
  return /^[0-9]{8}T[0-9]{6}Z(?:-[1-9][0-9]{0,9})?$/.test(text);
}

/** The folder of all recoveries from a repository. Each has a folder in it, with its id as the name. */
export function recoveriesPath(repository: BytePath): BytePath {
  return joinPath(dataPath(repository), RECOVERIES_NAME);
}

/** The journal of a recovery. @param recoveries the folder of all of them, in the repository or elsewhere */
export function recoveryJournalPath(recoveries: BytePath, recoveryId: string): BytePath {
  return joinPath(joinPath(recoveries, recoveryId), 'steps');
}

/** What a user keeps of the server of a recovery. @param recoveries in a folder of that user alone, never in a repository */
export function recoveredServerPath(recoveries: BytePath, recoveryId: string): BytePath {
  return joinPath(joinPath(recoveries, recoveryId), 'server');
}

/**
 * Where a path of the newest snapshot is in the mirror.
 * @throws CorruptError for a path that would lead out of the mirror: the catalog may come from elsewhere
 */
export function mirrorPath(repository: BytePath, path: BytePath): BytePath {
  if (path === ROOT) return repository;
  if (!isSafePath(path)) throw unsafeName(path);
  return joinPath(repository, path);
}

/** Whether no part of a relative path is empty, `.` or `..`, or holds NUL. */
export function isSafePath(path: BytePath): boolean {
  return !UNSAFE_NAME.test(path);
}

const UNSAFE_NAME = /(?:^|\/)\.{0,2}(?:\/|$)|\0/;

export function unsafeName(path: BytePath): CorruptError {
  return new CorruptError(`the catalog holds the unsafe name '${formatPath(path)}'`, { path });
}

/** Whether a path of SOURCE is our folder's name, or is below it. */
export function isReserved(path: BytePath): boolean {
  return isWithin(path, DATA);
}
