// Which files of the snapshot go where, so that one start of the server loads them. The AOF stays on where it is on: a
// server that starts with `appendonly yes` and finds no AOF starts empty, and its next save replaces the dump
// (redis server.c, loadDataFromDisk; aof.c, aofUpgradePrepare). Pure.
import { UsageError } from '../../../errors.js';
import { formatAofManifest, hasManifestName } from '../../../persistence/aof/aof-manifest.js';
import { type ServerVersion, isAtLeast } from '../../../persistence/rdb/loadable-versions.js';
import { type BytePath, baseName, formatPath, joinPath } from '../../../system/files/byte-path.js';
import type { TargetSettings } from './recovery-facts.js';
import type { FilesPlan } from './recovery-plan.js';
import type { DataFile, SnapshotAof } from './snapshot-data.js';

/** An AOF may begin with a dump. */
const PREAMBLE_FROM = { major: 4, minor: 0 };

/**
 * @param isAofOn whether the server starts with its AOF on
 * @param version null where it is not known
 * @throws UsageError where the AOF is on, is a single file, and the version is not known
 */
export function planDump(
  dump: DataFile,
  settings: TargetSettings,
  isAofOn: boolean,
  version: ServerVersion | null,
): FilesPlan {
  const place = (to: BytePath): FilesPlan['placed'] => [{ from: dump.path, to }];
  const { dumpName, aofName, aofFolder } = settings;
  if (!isAofOn) return { protocol: 'rdb-plain', placed: place(dumpName), manifest: null };
  if (aofFolder !== null) {
    const name = `${aofName}.1.base.rdb` as BytePath;
    const base = { name, sequence: 1n, kind: 'base', others: [] } as const;
    const bytes = formatAofManifest({ base, incrs: [], histories: [] });
    return {
      protocol: 'rdb-as-base',
      placed: place(joinPath(aofFolder, name)),
      manifest: { to: manifestPath(aofFolder, aofName), bytes },
    };
  }
  if (version === null) throw unknownVersion();
  return isAtLeast(version, PREAMBLE_FROM)
    ? { protocol: 'rdb-as-preamble', placed: place(aofName), manifest: null }
    : { protocol: 'classic', placed: place(dumpName), manifest: null };
}

/** @throws UsageError where the server keeps its AOF in a single file, and the snapshot has a set */
export function planAof(aof: SnapshotAof, { aofName, aofFolder }: TargetSettings): FilesPlan {
  const files = aof.files.map(({ path }) => path);
  if (aof.kind === 'log') {
    const placed = files.map((from) => ({ from, to: aofName }));
    return { protocol: 'aof-log', placed, manifest: null };
  }
  if (aofFolder === null) throw setForOldServer(aof);
  // Files keep their names, as the manifest has them. Only the manifest is sought by the name of the settings.
  const manifest = aof.manifest === null ? [] : [aof.manifest];
  const placed = [...files, ...manifest].map((from) => ({
    from,
    to: hasManifestName(from)
      ? manifestPath(aofFolder, aofName)
      : joinPath(aofFolder, baseName(from)),
  }));
  return { protocol: 'aof-set', placed, manifest: null };
}

function manifestPath(aofFolder: BytePath, aofName: BytePath): BytePath {
  return joinPath(aofFolder, `${aofName}.manifest`);
}

function unknownVersion(): UsageError {
  return new UsageError('the version of the server is not known, and its append-only file is on', {
    hint: 'start the server, or name it with --redis, so that it can be asked',
  });
}

function setForOldServer({ manifest }: SnapshotAof): UsageError {
  const shown = manifest === null ? '' : ` '${formatPath(manifest)}'`;
  return new UsageError(
    `the append-only file${shown} of the snapshot is a set of files, which a server loads from version 7.0 on`,
    { hint: 'recover with a server of version 7.0 or newer, or try the dump with --use rdb' },
  );
}
