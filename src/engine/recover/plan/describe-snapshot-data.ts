// Finds the dump and the AOF of a server among the files of a snapshot, and what is known of each. The snapshot may be of
// a server with other names than the one that is recovered. Pure.
import { UsageError } from '../../../errors.js';
import type { StoredServer } from '../../../repository/stored/stored-server.js';
import {
  type BytePath,
  ROOT,
  baseName,
  formatPath,
  joinPath,
  parentPath,
} from '../../../system/files/byte-path.js';
import { checkAofSets } from '../../backup/intake/check-aof-sets.js';
import type { ReadManifest } from '../../backup/intake/read-manifests.js';
import { type DataFolder, describeDataFolder } from '../../restore/loading/data-folder.js';
import type { RestoreEntry } from '../../restore/restore-source.js';
import type { TargetSettings } from './recovery-facts.js';
import type {
  DataFile,
  DatabaseKeys,
  FileFindings,
  SnapshotAof,
  SnapshotData,
  SnapshotDump,
} from './snapshot-data.js';

/** What is known of a snapshot. */
export interface KnownSnapshot {
  /** All of it. */
  readonly entries: readonly RestoreEntry[];
  /** Null where a file was not examined. */
  readonly findingsIn: (path: BytePath) => FileFindings | null;
  /** What the server said before the snapshot; null where none was asked. */
  readonly server: StoredServer | null;
}

type Names = Pick<TargetSettings, 'dumpName' | 'aofName' | 'aofFolder'>;

/** Where the files of a server are among those of the snapshot. */
export interface DataPaths {
  readonly dump: BytePath | null;
  readonly manifest: BytePath | null;
  /** An AOF of one file. */
  readonly log: BytePath | null;
}

/** @throws UsageError where there are several of a kind, and no name says which is meant */
export function findDataPaths({ entries, server }: KnownSnapshot, names: Names): DataPaths {
  const { dumps, logs, manifests } = dataFolderOf(entries);
  const recorded = new Set(server?.aof?.files.map(({ path }) => path.split('/')[0] ?? ''));
  const { dumpName, aofName, aofFolder } = names;
  const manifest = aofFolder === null ? null : joinPath(aofFolder, `${aofName}.manifest`);
  const isRecorded = (path: BytePath): boolean => recorded.has(path.split('/')[0] ?? '');
  return {
    dump: choose('dumps', dumps, [(path) => path === dumpName, (path) => path === DUMP_NAME]),
    manifest: choose('append-only files', manifests, [isRecorded, (path) => path === manifest]),
    log: choose('append-only files', logs, [isRecorded, (path) => path === aofName]),
  };
}

/** @param manifest the one that `findDataPaths` has found, read; null where there is none */
export function describeSnapshotData(
  known: KnownSnapshot,
  { dump, manifest: manifestPath, log }: DataPaths,
  manifest: ReadManifest | null,
): SnapshotData {
  const files = new Map(known.entries.map((entry) => [entry.path, entry]));
  const { server } = known;
  return {
    dump: dump === null ? null : describeDump(requireFile(files, dump), known),
    aof:
      manifestPath !== null && manifest !== null
        ? describeSet(manifestPath, manifest, files, known)
        : log === null
          ? null
          : describeLog(requireFile(files, log), known),
    wasAofOn: server === null ? null : server.aof !== null,
  };
}

const DUMP_NAME = 'dump.rdb';

type Files = ReadonlyMap<BytePath, RestoreEntry>;

function dataFolderOf(entries: readonly RestoreEntry[]): DataFolder {
  const names = entries.filter(({ path }) => path !== ROOT && !path.includes('/'));
  const folders = names.filter(({ type }) => type === 'directory').map(({ path }) => path);
  const inner = new Map<BytePath, BytePath[]>(folders.map((path) => [path, []]));
  for (const { path, type } of entries) {
    if (type === 'file' && parentPath(path) !== ROOT)
      inner.get(parentPath(path))?.push(baseName(path));
  }
  const own = names.filter(({ type }) => type !== 'symlink').map(({ path }) => path);
  return describeDataFolder(own, inner);
}

/** @param preferred the first that finds a path decides */
function choose(
  what: string,
  paths: readonly BytePath[],
  preferred: readonly ((path: BytePath) => boolean)[],
): BytePath | null {
  for (const isWanted of preferred) {
    const found = paths.find(isWanted);
    if (found !== undefined) return found;
  }
  const [only, other] = paths;
  if (only === undefined) return null;
  if (other === undefined) return only;
  const shown = paths.slice(0, SHOWN_MOST).map((path) => `'${formatPath(path)}'`);
  throw new UsageError(`the snapshot has several ${what}: ${shown.join(', ')}`, {
    hint: 'give the server the name of the one that you want (dbfilename, appendfilename, appenddirname) for the time of the recovery',
  });
}

const SHOWN_MOST = 5;

function requireFile(files: Files, path: BytePath): RestoreEntry {
  const file = files.get(path);
  if (file === undefined) throw new Error(`'${formatPath(path)}' is not in the snapshot`);
  return file;
}

function describeFile({ path, sizeBytes }: RestoreEntry, { findingsIn }: KnownSnapshot): DataFile {
  const found = findingsIn(path);
  return {
    path,
    sizeBytes,
    verdict: found?.verdict ?? null,
    problem: found?.problem ?? null,
    rdbVersion: found?.rdbVersion ?? null,
    databases: found?.databases?.map(toKeys) ?? null,
    commands: found?.commands ?? null,
  };
}

function toKeys({ database, keys, expiringKeys }: DatabaseKeys): DatabaseKeys {
  return { database, keys, expiringKeys };
}

function describeDump(entry: RestoreEntry, known: KnownSnapshot): SnapshotDump {
  const time = known.findingsIn(entry.path)?.dumpTime ?? null;
  const saved = known.server?.dumpTime ?? null;
  return {
    ...describeFile(entry, known),
    createdSeconds: time === null ? null : Math.floor(Date.parse(time) / 1000),
    isSavedForSnapshot: time !== null && time === saved,
  };
}

function describeSet(
  path: BytePath,
  manifest: ReadManifest,
  files: Files,
  known: KnownSnapshot,
): SnapshotAof {
  const entries = new Map(
    [...files].map(([name, { type, linkTarget, sizeBytes }]) => {
      const content = type === 'file' ? { sizeBytes } : null;
      return [name, { type, linkTarget, content }] as const;
    }),
  );
  const { faults, named } = checkAofSets(new Map([[path, manifest]]), entries);
  const parts = [...named].map((name) => requireFile(files, name));
  const broken = faults.find(({ kind }) => kind !== 'unchecked');
  const [first] = parts;
  // An upgrade that was cut off: the file is still where it was before, and the server moves it at its next start.
  const isOldLog = first !== undefined && parentPath(first.path) !== parentPath(path);
  return {
    kind: isOldLog ? 'log' : 'set',
    manifest: isOldLog ? null : path,
    files: parts.map((part) => describeFile(part, known)),
    fault: broken?.why ?? (parts.length === 0 ? (faults[0]?.why ?? 'it names no file') : null),
    lastWriteSeconds: lastWriteSeconds(parts),
  };
}

function describeLog(entry: RestoreEntry, known: KnownSnapshot): SnapshotAof {
  return {
    kind: 'log',
    manifest: null,
    files: [describeFile(entry, known)],
    fault: null,
    lastWriteSeconds: lastWriteSeconds([entry]),
  };
}

function lastWriteSeconds(parts: readonly RestoreEntry[]): number {
  return parts.reduce((last, { mtimeNs }) => Math.max(last, Number(mtimeNs / 1_000_000_000n)), 0);
}
