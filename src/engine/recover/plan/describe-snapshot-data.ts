// Finds the dump and the AOF of a server among the files of a snapshot, and what is known of each. The snapshot may be of
// a server with other names than the one that is recovered. Pure.
import type { ExaminationRecord, Version } from '../../../catalog/records.js';
import { UsageError } from '../../../errors.js';
import { readFindings } from '../../../repository/stored/read-stored.js';
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
import { readVerdict } from '../../snapshot/examined-verdict.js';
import type { TargetSettings } from './recovery-facts.js';
import type {
  DataFile,
  DatabaseKeys,
  SnapshotAof,
  SnapshotData,
  SnapshotDump,
} from './snapshot-data.js';

export interface SnapshotRecords {
  /** All of the snapshot. */
  readonly versions: readonly Version[];
  /** By the ids of the contents. */
  readonly examinations: ReadonlyMap<number, ExaminationRecord>;
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
export function findDataPaths({ versions, server }: SnapshotRecords, names: Names): DataPaths {
  const { dumps, logs, manifests } = dataFolderOf(versions);
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
  records: SnapshotRecords,
  { dump, manifest: manifestPath, log }: DataPaths,
  manifest: ReadManifest | null,
): SnapshotData {
  const files = new Map(records.versions.map((version) => [version.path, version]));
  const { server } = records;
  return {
    dump: dump === null ? null : describeDump(requireFile(files, dump), records),
    aof:
      manifestPath !== null && manifest !== null
        ? describeSet(manifestPath, manifest, files, records)
        : log === null
          ? null
          : describeLog(requireFile(files, log), records),
    wasAofOn: server === null ? null : server.aof !== null,
  };
}

const DUMP_NAME = 'dump.rdb';

function dataFolderOf(versions: readonly Version[]): DataFolder {
  const names = versions.filter(({ path }) => path !== ROOT && !path.includes('/'));
  const folders = names.filter(({ type }) => type === 'directory').map(({ path }) => path);
  const inner = new Map<BytePath, BytePath[]>(folders.map((path) => [path, []]));
  for (const { path, type } of versions) {
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

function requireFile(files: ReadonlyMap<BytePath, Version>, path: BytePath): Version {
  const file = files.get(path);
  if (file === undefined) throw new Error(`'${formatPath(path)}' is not in the snapshot`);
  return file;
}

function describeFile({ path, content }: Version, { examinations }: SnapshotRecords): DataFile {
  const record = content === null ? undefined : examinations.get(content.id);
  const found =
    record === undefined ? null : readFindings(`'${formatPath(path)}'`, record.foundJson).found;
  return {
    path,
    sizeBytes: content?.sizeBytes ?? 0,
    verdict: record === undefined ? null : readVerdict(record).verdict.kind,
    problem: record?.problem ?? null,
    rdbVersion: found?.rdbVersion ?? null,
    databases: found === null || found.keys === null ? null : found.databases.map(toKeys),
    commands: found?.commands ?? null,
  };
}

function toKeys({ database, keys, expiringKeys }: DatabaseKeys): DatabaseKeys {
  return { database, keys, expiringKeys };
}

function describeDump(version: Version, records: SnapshotRecords): SnapshotDump {
  const { content, path } = version;
  const record = content === null ? undefined : records.examinations.get(content.id);
  const time =
    record === undefined
      ? null
      : (readFindings(`'${formatPath(path)}'`, record.foundJson).found?.dumpTime ?? null);
  const saved = records.server?.dumpTime ?? null;
  return {
    ...describeFile(version, records),
    createdSeconds: time === null ? null : Math.floor(Date.parse(time) / 1000),
    isSavedForSnapshot: time !== null && time === saved,
  };
}

function describeSet(
  path: BytePath,
  manifest: ReadManifest,
  files: ReadonlyMap<BytePath, Version>,
  records: SnapshotRecords,
): SnapshotAof {
  const { faults, named } = checkAofSets(new Map([[path, manifest]]), files);
  const parts = [...named].map((name) => requireFile(files, name));
  const broken = faults.find(({ kind }) => kind !== 'unchecked');
  const [first] = parts;
  // An upgrade that was cut off: the file is still where it was before, and the server moves it at its next start.
  const isOldLog = first !== undefined && parentPath(first.path) !== parentPath(path);
  return {
    kind: isOldLog ? 'log' : 'set',
    manifest: isOldLog ? null : path,
    files: parts.map((part) => describeFile(part, records)),
    fault: broken?.why ?? (parts.length === 0 ? (faults[0]?.why ?? 'it names no file') : null),
    lastWriteSeconds: lastWriteSeconds(parts),
  };
}

function describeLog(version: Version, records: SnapshotRecords): SnapshotAof {
  return {
    kind: 'log',
    manifest: null,
    files: [describeFile(version, records)],
    fault: null,
    lastWriteSeconds: lastWriteSeconds([version]),
  };
}

function lastWriteSeconds(parts: readonly Version[]): number {
  return parts.reduce((last, { mtimeNs }) => Math.max(last, Number(mtimeNs / 1_000_000_000n)), 0);
}
