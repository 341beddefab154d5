// What a server that works in a directory may load: dumps, and append-only files as Redis keeps them. Before version 7 the
// AOF is one file `*.aof` there. From 7 on it is a set: a folder in it, with a manifest that names the files. Only
// names are looked at.
import { hasManifestName } from '../../../persistence/aof/aof-manifest.js';
import {
  isDumpName,
  isLogName,
  isUnfinishedName,
  parseAofPart,
} from '../../../persistence/aof/data-file-names.js';
import { type BytePath, joinPath } from '../../../system/files/byte-path.js';

/** The name that Redis gives to the folder of an AOF by default (`appenddirname`). */
export const AOF_FOLDER = 'appendonlydir' as BytePath;

export interface DataFolder {
  /** Names of files that may be dumps. */
  readonly dumps: readonly BytePath[];
  /** Names of AOFs of one file. */
  readonly logs: readonly BytePath[];
  /** Paths of manifests, such as `appendonlydir/appendonly.aof.manifest`. */
  readonly manifests: readonly BytePath[];
}

/** @param names in the directory; @param inner the names in each folder that is in it */
export function describeDataFolder(
  names: readonly BytePath[],
  inner: ReadonlyMap<BytePath, readonly BytePath[]>,
): DataFolder {
  const own = names.filter((name) => !inner.has(name));
  return {
    dumps: own.filter(isDumpName),
    logs: own.filter(isLogName),
    manifests: [...inner].flatMap(([folder, within]) =>
      manifestsAmong(within).map((name) => joinPath(folder, name)),
    ),
  };
}

/** Those of the names in a folder that are manifests of AOFs: other programs have files of that ending too. */
export function manifestsAmong(names: readonly BytePath[]): readonly BytePath[] {
  const candidates = names.filter((name) => hasManifestName(name) && !isUnfinishedName(name));
  if (candidates.length === 0) return [];
  const stems = new Set(names.map((name) => parseAofPart(name)?.appendFileName));
  return candidates.filter(
    (name) => name.endsWith('.aof.manifest') || stems.has(name.slice(0, -'.manifest'.length)),
  );
}
