// What a snapshot has of a server's data, as far as an alarm compares it with the snapshot before. It is made from the records
// of the catalog alone. Pure.
import type { ExaminationRecord, Version } from '../../../catalog/records.js';
import {
  isDumpName,
  isLogName,
  isUnfinishedName,
  parseAofPart,
} from '../../../persistence/aof/data-file-names.js';
import { wouldLoad } from '../../../persistence/examine/verdict.js';
import { readFindings } from '../../../repository/stored/read-stored.js';
import type { StoredServer } from '../../../repository/stored/stored-server.js';
import { type BytePath, baseName, joinPath, parentPath } from '../../../system/files/byte-path.js';
import { addToGroup } from '../../../system/lists/lists.js';
import { readVerdict } from '../examined-verdict.js';

/** A dump, or all files of an AOF. */
export interface DataUnit {
  /** Of the dump, of an AOF of one file, or of a set: its folder and the beginning of its names. */
  readonly path: BytePath;
  readonly what: 'dump' | 'aof';
  /** Of the dump, of the base of a set, or of an AOF of one file; null where that begins with a dump, whose length is not known. */
  readonly bytes: number | null;
  /** What follows the dump that an AOF begins with. A rewrite makes it shorter on purpose. */
  readonly logBytes: number;
  /** False where no server would load it; null where nobody can tell. */
  readonly loads: boolean | null;
  /** Of the dump that it is, or begins with; null where it has none, or where they were not counted. */
  readonly counts: KeyCounts | null;
}

export interface KeyCounts {
  readonly keys: number;
  readonly databases: ReadonlyMap<number, number>;
  readonly types: ReadonlyMap<string, number>;
}

export interface DataState {
  readonly units: ReadonlyMap<BytePath, DataUnit>;
  /** What the server counted at the snapshot; null where none was asked. */
  readonly server: KeyCounts | null;
}

/** A file of the snapshot. */
export interface StateFile {
  readonly path: BytePath;
  readonly bytes: number;
  /** What was found in it; undefined where it was not examined. */
  readonly examination: ExaminationRecord | undefined;
}

/** @param versions all of the snapshot */
export function filesOf(
  versions: Iterable<Version>,
  examinations: ReadonlyMap<number, ExaminationRecord>,
): StateFile[] {
  return [...versions]
    .filter(({ type }) => type === 'file')
    .map(({ path, content }) => ({
      path,
      bytes: content?.sizeBytes ?? 0,
      examination: content === null ? undefined : examinations.get(content.id),
    }));
}

/** @param found all files of the snapshot */
export function describeState(found: readonly StateFile[], server: StoredServer | null): DataState {
  const files = found.map(read);
  const sets = new Map<BytePath, ReadFile[]>();
  const alone: ReadFile[] = [];
  for (const file of files) {
    const part = parseAofPart(baseName(file.path));
    if (part === null) alone.push(file);
    else addToGroup(sets, joinPath(parentPath(file.path), part.appendFileName as BytePath), file);
  }
  const units = [
    ...alone.flatMap((file) => unitAlone(file)),
    ...[...sets].map(([path, parts]) => unitOfSet(path, parts)),
  ];
  return {
    units: new Map(units.map((unit) => [unit.path, unit])),
    server: server === null ? null : countsOf(server.databases, []),
  };
}

interface ReadFile {
  readonly path: BytePath;
  readonly bytes: number;
  readonly loads: boolean | null;
  readonly counts: KeyCounts | null;
}

function read({ path, bytes, examination: record }: StateFile): ReadFile {
  if (record === undefined) return { path, bytes, loads: null, counts: null };
  const { found } = readFindings('a content', record.foundJson);
  const loads = wouldLoad(readVerdict(record).verdict);
  // What was counted in a broken file ends where it is broken.
  const hasCounts = found !== null && found.keys !== null && loads !== false;
  return { path, bytes, loads, counts: hasCounts ? countsOf(found.databases, found.types) : null };
}

function unitAlone(file: ReadFile): DataUnit[] {
  const name = baseName(file.path);
  if (isUnfinishedName(name)) return [];
  if (isDumpName(name)) return [{ ...file, what: 'dump', logBytes: 0 }];
  if (!isLogName(name)) return [];
  if (file.counts === null) return [{ ...file, what: 'aof', logBytes: 0 }];
  return [{ ...file, what: 'aof', bytes: null, logBytes: file.bytes }];
}

function unitOfSet(path: BytePath, parts: readonly ReadFile[]): DataUnit {
  const isBase = (part: ReadFile) => parseAofPart(baseName(part.path))?.kind === 'base';
  const base = parts.findLast(isBase) ?? null;
  const loads = parts.map((part) => part.loads);
  return {
    path,
    what: 'aof',
    bytes: base?.bytes ?? 0,
    logBytes: parts.reduce((sum, part) => sum + (isBase(part) ? 0 : part.bytes), 0),
    loads: loads.includes(false) ? false : loads.includes(null) ? null : true,
    counts: base?.counts ?? null,
  };
}

function countsOf(
  databases: readonly { readonly database: number; readonly keys: number }[],
  types: readonly { readonly type: string; readonly keys: number }[],
): KeyCounts {
  return {
    keys: databases.reduce((sum, { keys }) => sum + keys, 0),
    databases: new Map(databases.map(({ database, keys }) => [database, keys])),
    types: new Map(types.map(({ type, keys }) => [type, keys])),
  };
}
