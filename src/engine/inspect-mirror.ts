// Whether a mirror entry is what the catalog says, as far as a stat can tell. A backup mends what it
// finds: the bytes from SOURCE where that has them still, the metadata from the catalog.
import type { Version } from '../catalog/records.js';
import { mirrorMetadata } from '../repository/mirror-metadata.js';
import { mirrorPath } from '../repository/layout.js';
import { type BytePath, ROOT } from '../system/byte-path.js';
import type { FileStat } from '../system/file-system.js';
import type { RunContext } from './run-context.js';

export type MirrorCondition = 'whole' | 'wrong-metadata' | 'wrong-content';

export function inspectMirror(
  { fileSystem, uid }: Pick<RunContext, 'fileSystem' | 'uid'>,
  repository: BytePath,
  version: Version,
): MirrorCondition {
  if (version.path === ROOT) return 'whole';
  const path = mirrorPath(repository, version.path);
  const stat = fileSystem.stat(path);
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
