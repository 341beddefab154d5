// The files of a restore that a server may load, by the directory in which the server would work. Pure.
import { hasManifestName } from '../../../persistence/aof/aof-manifest.js';
import { isDumpName, isLogName, parseAofPart } from '../../../persistence/aof/data-file-names.js';
import { type BytePath, ROOT, baseName, parentPath } from '../../../system/files/byte-path.js';
import type { RestoreEntry } from '../restore-source.js';
import { type SelectedEntry, type Selection, isTree, placeBelow } from '../select-entries.js';
import { type DataFolder, describeDataFolder, manifestsAmong } from './data-folder.js';

/** What is restored into one directory of data. */
export interface RestoredData {
  /** Where a server would work, by its path on the disk. */
  readonly directory: BytePath;
  /** The same in the snapshot; null where the snapshot begins in the folder of an AOF. */
  readonly place: BytePath | null;
  /** The first of the files, in the snapshot. */
  readonly path: BytePath;
  /** Names of dumps in the directory. */
  readonly dumps: readonly BytePath[];
  /** Names of folders in the directory with parts of AOFs. */
  readonly aofFolders: readonly BytePath[];
  /** Whether it is a part of an AOF without its manifest, or the manifest without the parts. */
  readonly isIncomplete: boolean;
  /** Whether it has another name than in the snapshot, under which no server looks for it. */
  readonly isRenamed: boolean;
}

/** The files of a snapshot, by their folders. */
export class SnapshotFiles {
  /** By the path of their folder. */
  readonly #files = new Map<BytePath, RestoreEntry[]>();
  /** Paths of folders with files, by the path of the folder that they are in. */
  readonly #folders = new Map<BytePath, BytePath[]>();
  readonly #aofFolders = new Set<BytePath>();

  constructor(entries: readonly RestoreEntry[]) {
    for (const entry of entries) {
      if (entry.type === 'file') addTo(this.#files, parentPath(entry.path), entry);
    }
    for (const path of this.#files.keys()) {
      if (manifestsAmong(this.#namesIn(path)).length > 0) this.#aofFolders.add(path);
      if (path !== ROOT) addTo(this.#folders, parentPath(path), path);
    }
  }

  /** Whether the folder has a manifest of an AOF in it. */
  isAofFolder(folder: BytePath): boolean {
    return this.#aofFolders.has(folder);
  }

  dataAt(folder: BytePath): DataFolder {
    const inner = (this.#folders.get(folder) ?? []).map(
      (path) => [baseName(path), this.#namesIn(path)] as const,
    );
    return describeDataFolder(this.#namesIn(folder), new Map(inner));
  }

  /** What the AOF of a manifest, or of one file, consists of. Empty where the snapshot has no such AOF. */
  filesOfAof(path: BytePath): readonly RestoreEntry[] {
    const files = this.#files.get(parentPath(path)) ?? [];
    const own = files.filter((file) => file.path === path);
    return own.length > 0 && hasManifestName(path) ? files : own;
  }

  #namesIn(folder: BytePath): BytePath[] {
    return (this.#files.get(folder) ?? []).map(({ path }) => baseName(path));
  }
}

function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** @param destination its real path */
export function groupRestoredData(
  selection: Selection,
  destination: BytePath,
  files: SnapshotFiles,
): RestoredData[] {
  const groups = new Map<BytePath, Found[]>();
  for (const selected of selection) {
    const found = findData(selected, destination, files);
    if (found !== null) addTo(groups, found.directory, found);
  }
  const [{ entry }] = selection;
  const isTopNamed = !isTree(selection) || files.isAofFolder(entry.path);
  const isRenamed = isTopNamed && baseName(destination) !== baseName(entry.path);
  return [...groups.values()].map((found) => combine(found, !isTree(selection), isRenamed));
}

type Role = 'dump' | 'log' | 'manifest' | 'part';

interface Found extends Pick<RestoredData, 'directory' | 'place' | 'path'> {
  readonly role: Role;
  /** On the disk. */
  readonly to: BytePath;
}

function findData(
  selected: SelectedEntry,
  destination: BytePath,
  files: SnapshotFiles,
): Found | null {
  const { path } = selected.entry;
  const folder = parentPath(path);
  const role = roleOf(selected.entry, files.isAofFolder(folder));
  if (role === null) return null;
  const to = placeBelow(destination, selected);
  const isInAof = role === 'manifest' || role === 'part';
  return {
    role,
    path,
    to,
    directory: isInAof ? parentPath(parentPath(to)) : parentPath(to),
    place: !isInAof ? folder : folder === ROOT ? null : parentPath(folder),
  };
}

function roleOf({ path, type, verdict }: RestoreEntry, isInAofFolder: boolean): Role | null {
  if (type !== 'file') return null;
  const name = baseName(path);
  if (isInAofFolder && hasManifestName(name)) return 'manifest';
  if (parseAofPart(name) !== null || (isInAofFolder && isLogName(name))) return 'part';
  if (isLogName(name)) return 'log';
  // A dump may have any name, and was examined then.
  return isDumpName(name) || (verdict !== null && !hasManifestName(name)) ? 'dump' : null;
}

function combine(found: readonly Found[], isOneFile: boolean, isRenamed: boolean): RestoredData {
  const [{ directory, place, path }] = found as [Found, ...Found[]];
  const inAof = found.filter(({ role }) => role === 'manifest' || role === 'part');
  const hasManifest = inAof.some(({ role }) => role === 'manifest');
  return {
    directory,
    place,
    path,
    dumps: found.filter(({ role }) => role === 'dump').map(({ to }) => baseName(to)),
    aofFolders: [...new Set(inAof.map(({ to }) => baseName(parentPath(to))))],
    isIncomplete: inAof.length > 0 && (isOneFile || !hasManifest),
    isRenamed,
  };
}
