// The metadata that a restore sets: what was recorded of an entry, or what a directory has now and gets
// back after a failure.
import type { MetadataTarget } from '../../system/files/metadata/apply-metadata.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileStat } from '../../system/files/file-system.js';
import type { ParsedOwner } from '../../system/files/metadata/owners.js';
import type { RestoreEntry } from './restore-source.js';

/**
 * @param path where the entry is when its metadata is set
 * @param owner whom the entry is given to; null for its recorded owner
 */
export function recordedMetadata(
  entry: RestoreEntry,
  path: BytePath,
  owner: ParsedOwner | null,
): MetadataTarget {
  return {
    path,
    type: entry.type,
    mode: entry.mode,
    uid: owner?.uid ?? entry.uid,
    gid: owner?.gid ?? entry.gid,
    mtimeNs: entry.mtimeNs,
  };
}

/** The metadata that a directory has now. */
export function presentMetadata(path: BytePath, stat: FileStat): MetadataTarget {
  return {
    path,
    type: 'directory',
    mode: Number(stat.mode & 0o7777n),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeNs: stat.mtimeNs,
    identity: stat,
  };
}
