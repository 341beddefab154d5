// Whether a mirror entry is what the catalog says, as far as a stat can tell. A backup puts right what it
// finds: bytes from SOURCE, if SOURCE still has them, and metadata from the catalog.
import type { Version } from '../../catalog/records.js';
import { mirrorMetadata } from '../../repository/commit/mirror-metadata.js';
import type { MirrorEntry } from '../../repository/commit/plan-owed-operations.js';
import { DATA, mirrorPath } from '../../repository/layout.js';
import { type BytePath, ROOT, compareBytes, parentPath } from '../../system/files/byte-path.js';
import type { FileStat } from '../../system/files/file-system.js';
import type { RunContext } from '../run/run-context.js';

export type MirrorCondition = 'whole' | 'wrong-metadata' | 'wrong-content';

type Inspector = Pick<RunContext, 'fileSystem' | 'uid'>;

export interface MirrorInspection {
  /** Of each version of the last snapshot, by its path. */
  readonly conditions: ReadonlyMap<BytePath, MirrorCondition>;
  /** What is found at these paths and at those of the next snapshot, whoever made it. */
  readonly present: readonly MirrorEntry[];
}

/**
 * Looks at each entry that a backup relies on or replaces. Symbolic links are not followed: if a link
 * stands in the place of a directory, the entries of that directory count as missing.
 */
export async function inspectWholeMirror(
  context: Inspector & Pick<RunContext, 'checkpoint'>,
  repository: BytePath,
  versions: ReadonlyMap<BytePath, Version>,
  next: Iterable<BytePath>,
): Promise<MirrorInspection> {
  const conditions = new Map<BytePath, MirrorCondition>();
  const present: MirrorEntry[] = [];
  const directories = new Set<BytePath>([ROOT, DATA]);
  // In byte order a directory comes before what is in it.
  for (const path of [...new Set([...versions.keys(), ...next])].toSorted(compareBytes)) {
    await context.checkpoint();
    const isReachable = directories.has(parentPath(path));
    const stat = isReachable ? context.fileSystem.stat(mirrorPath(repository, path)) : null;
    if (stat?.isDirectory()) directories.add(path);
    if (stat !== null) present.push({ path, type: typeOf(stat) });
    const version = versions.get(path);
    if (version !== undefined) {
      conditions.set(path, conditionOf(context, repository, version, stat));
    }
  }
  return { conditions, present };
}

export function inspectMirror(
  context: Inspector,
  repository: BytePath,
  version: Version,
): MirrorCondition {
  const stat = context.fileSystem.stat(mirrorPath(repository, version.path));
  return conditionOf(context, repository, version, stat);
}

function conditionOf(
  { fileSystem, uid }: Inspector,
  repository: BytePath,
  version: Version,
  stat: FileStat | null,
): MirrorCondition {
  if (version.path === ROOT) return 'whole';
  const path = mirrorPath(repository, version.path);
  if (stat === null || !hasType(stat, version)) return 'wrong-content';
  if (version.content !== null && Number(stat.size) !== version.content.sizeBytes) {
    return 'wrong-content';
  }
  if (version.linkTarget !== null && fileSystem.readLink(path) !== version.linkTarget) {
    return 'wrong-content';
  }
  const wanted = mirrorMetadata(path, version, uid);
  const isMode = version.type === 'symlink' || Number(stat.mode & 0o7777n) === wanted.mode;
  // Only root can give a file away, so for others a foreign owner is no news.
  const isOwner = uid !== 0 || (Number(stat.uid) === wanted.uid && Number(stat.gid) === wanted.gid);
  return isMode && isOwner && stat.mtimeNs === wanted.mtimeNs ? 'whole' : 'wrong-metadata';
}

function hasType(stat: FileStat, version: Version): boolean {
  if (version.type === 'file') return stat.isFile();
  return version.type === 'directory' ? stat.isDirectory() : stat.isSymbolicLink();
}

/** A rename knows directories, and everything else. */
function typeOf(stat: FileStat): MirrorEntry['type'] {
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : 'file';
}
