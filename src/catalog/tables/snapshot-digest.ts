// The SHA-256 that each snapshot row carries, over the rows of that snapshot in canonical form
// (docs/format.md, "The digest of a snapshot"). The digest proves the whole listing of the snapshot. It
// stays the same when other snapshots are added or removed.
import { createHash } from 'node:crypto';
import { pathToBytes } from '../../system/files/byte-path.js';
import { addFields } from './canonical-fields.js';
import type { Snapshot, Version } from '../records.js';

/** @param versions those valid at the snapshot, in byte order of their paths */
export function digestSnapshot(
  snapshot: Omit<Snapshot, 'digest'>,
  versions: Iterable<Omit<Version, 'id' | 'firstSnapshot' | 'lastSnapshot'>>,
): Buffer {
  const hash = createHash('sha256');
  addFields(hash, [
    'redis-rewind snapshot 1',
    snapshot.id,
    snapshot.timeSeconds,
    snapshot.host,
    pathToBytes(snapshot.source),
    snapshot.program,
    snapshot.files,
    snapshot.sourceBytes,
    snapshot.newFiles,
    snapshot.changedFiles,
    snapshot.deletedFiles,
    snapshot.incrementBytes,
    snapshot.addedBytes,
    snapshot.notesJson,
  ]);
  // Left out where it is null, so that snapshots of older formats keep their digests.
  if (snapshot.serverJson !== null) addFields(hash, [snapshot.serverJson]);
  for (const version of versions) {
    addFields(hash, [
      pathToBytes(version.path),
      version.type,
      version.mode,
      version.uid,
      version.gid,
      version.ownerName,
      version.groupName,
      version.mtimeNs,
      version.content?.sizeBytes ?? null,
      version.content?.sha256 ?? null,
      version.linkTarget === null ? null : pathToBytes(version.linkTarget),
      version.isStale ? 1 : 0,
    ]);
  }
  return hash.digest();
}
