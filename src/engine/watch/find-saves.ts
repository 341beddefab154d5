// Finds what a server has saved into its directory, by stats alone: a dump, the base of an AOF (a rewrite
// replaces the base, and the rest of an AOF only grows), or an AOF of one file, as before Redis 7.
// Redis puts each of these in place by a rename, so another inode, size or time is another save.
import { isDumpName, isLogName, isUnfinishedName } from '../../persistence/aof/data-file-names.js';
import type { SourceState } from '../../catalog/records.js';
import { CorruptError, SystemError } from '../../errors.js';
import {
  MANIFEST_MOST_BYTES,
  hasManifestName,
  parseAofManifest,
} from '../../persistence/aof/aof-manifest.js';
import { type BytePath, joinPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readFileUpTo } from '../../system/files/read-chunks.js';
import type { PathFilter } from '../source/path-filter.js';
import { recordedIdentity } from '../source/recorded-stat.js';

export interface Save {
  /** Relative to the directory. */
  readonly path: BytePath;
  /** `log` is an AOF of one file, which grows in place: only another inode is a save. */
  readonly kind: 'dump' | 'base' | 'log';
  /** Stays equal until the server saves again. */
  readonly identity: string;
}

/** The names of a server's files. Where no server is asked, the endings of names tell instead. */
export interface SaveNames {
  readonly dump: BytePath;
  readonly log: BytePath;
  /** Folder of the AOF; null where that is one file. */
  readonly folder: BytePath | null;
}

export interface SaveSearch {
  readonly fileSystem: FileSystem;
  /** Real path. */
  readonly directory: BytePath;
  readonly names: SaveNames | null;
  /** A file that is left out of snapshots is no save. */
  readonly filter: PathFilter;
}

/**
 * The saves that are in a directory, by their paths in order. Its owner may put links there: none is followed.
 * @throws SystemError where it cannot be listed
 */
export function findSaves(search: SaveSearch): Save[] {
  const held = search.fileSystem.hold(search.directory);
  try {
    return findInHeld(search);
  } finally {
    held.release();
  }
}

function findInHeld(search: SaveSearch): Save[] {
  const { fileSystem, directory, filter } = search;
  return fileSystem.list(directory).flatMap((name): Save[] => {
    const stat = fileSystem.stat(joinPath(directory, name));
    if (stat === null || filter.decide(name, stat.isDirectory()).leftOut) return [];
    if (stat.isDirectory()) return findBases(search, name);
    const kind = stat.isFile() ? kindOf(name, search.names) : null;
    return kind === null ? [] : [toSave(name, kind, stat)];
  });
}

/** Whether a file of this name, in the directory or in a folder of it, may tell of a save. */
export function mayTellOfSave(name: BytePath, names: SaveNames | null): boolean {
  return isManifestOfServer(name, names) || kindOf(name, names) === 'dump';
}

/** Whether this save is what the last snapshot has of its path. */
export function isInSnapshot(
  save: Save,
  states: ReadonlyMap<BytePath, Omit<SourceState, 'path' | 'isSettled'>>,
): boolean {
  const state = states.get(save.path);
  return state !== undefined && identify(save.kind, state) === save.identity;
}

/** The bases that the manifests in a folder name: one, unless the folder belongs to several servers. */
function findBases({ fileSystem, directory, names, filter }: SaveSearch, folder: BytePath): Save[] {
  if (names !== null && names.folder !== folder) return [];
  const manifests = listIfThere(fileSystem, joinPath(directory, folder)).filter((name) =>
    isManifestOfServer(name, names),
  );
  return manifests.flatMap((name): Save[] => {
    const base = readBase(fileSystem, joinPath(directory, joinPath(folder, name)));
    if (base === null) return [];
    const path = joinPath(folder, base);
    const stat = fileSystem.stat(joinPath(directory, path));
    if (stat?.isFile() !== true || filter.decide(path, false).leftOut) return [];
    return [toSave(path, 'base', stat)];
  });
}

/** The name of the base; null if there is none, or the manifest makes no sense. */
function readBase(fileSystem: FileSystem, manifest: BytePath): BytePath | null {
  try {
    const bytes = readFileUpTo(fileSystem, manifest, MANIFEST_MOST_BYTES);
    return bytes === null ? null : (parseAofManifest(bytes).base?.name ?? null);
  } catch (error) {
    if (error instanceof CorruptError || error instanceof SystemError) return null;
    throw error;
  }
}

function listIfThere(fileSystem: FileSystem, folder: BytePath): BytePath[] {
  try {
    return fileSystem.list(folder);
  } catch (error) {
    // The folder went away, or may not be read, which snapshots report.
    if (error instanceof SystemError) return [];
    throw error;
  }
}

function kindOf(name: BytePath, names: SaveNames | null): 'dump' | 'log' | null {
  if (names !== null) {
    if (name === names.dump) return 'dump';
    return names.folder === null && name === names.log ? 'log' : null;
  }
  if (isDumpName(name)) return 'dump';
  return isLogName(name) ? 'log' : null;
}

function isManifestOfServer(name: BytePath, names: SaveNames | null): boolean {
  if (names !== null) return name === `${names.log}.manifest`;
  return hasManifestName(name) && !isUnfinishedName(name);
}

function toSave(
  path: BytePath,
  kind: Save['kind'],
  stat: Parameters<typeof recordedIdentity>[0],
): Save {
  return { path, kind, identity: identify(kind, recordedIdentity(stat)) };
}

function identify(
  kind: Save['kind'],
  state: Pick<SourceState, 'device' | 'inode' | 'sizeBytes' | 'mtimeNs'>,
): string {
  const { device, inode, sizeBytes, mtimeNs } = state;
  return kind === 'log' ? `${device} ${inode}` : `${device} ${inode} ${sizeBytes} ${mtimeNs}`;
}
