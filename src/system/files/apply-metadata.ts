// Giving an entry its owner, mode and time. Where this user may not, the rest is set all the same and
// what was not is told: the catalog has the truth, and a run that may sets it later.
import type { BytePath } from './byte-path.js';
import { isErrno } from './errno.js';
import type { FileSystem } from './file-system.js';

export interface Metadata {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
}

export interface MetadataTarget extends Metadata {
  readonly path: BytePath;
  readonly type: 'file' | 'directory' | 'symlink';
}

export interface UnsetMetadata {
  readonly path: BytePath;
  readonly what: 'owner' | 'mode' | 'time';
}

/** Bits that must not be given to a file that belongs to somebody else than was meant. */
const SET_ID_BITS = 0o6000;

/**
 * Sets owner, then mode, then all times at once (a batch: exact times may need another process).
 * Directories must come after what is in them, and deeper ones first. Entries must exist and be of
 * their type.
 * @returns what could not be set, because this user may not
 */
export function applyMetadata(
  fileSystem: FileSystem,
  targets: readonly MetadataTarget[],
): UnsetMetadata[] {
  const unset: UnsetMetadata[] = [];
  for (const target of targets) {
    const ownerSet = setOwner(fileSystem, target);
    if (!ownerSet) unset.push({ path: target.path, what: 'owner' });
    if (target.type === 'symlink') continue;
    const mode = ownerSet ? target.mode : target.mode & ~SET_ID_BITS;
    if (!permitted(() => fileSystem.chmod(target.path, mode))) {
      unset.push({ path: target.path, what: 'mode' });
    }
  }
  for (const path of fileSystem.setModificationTimes(targets)) unset.push({ path, what: 'time' });
  return unset;
}

function setOwner(fileSystem: FileSystem, target: MetadataTarget): boolean {
  const stat = fileSystem.stat(target.path);
  if (stat !== null && Number(stat.uid) === target.uid && Number(stat.gid) === target.gid) {
    return true;
  }
  return permitted(() => fileSystem.chownLink(target.path, target.uid, target.gid));
}

function permitted(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    // EINVAL: ids that have no meaning in a user namespace; ENOTSUP, ENOSYS: file systems without owners.
    if (
      ['EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].some((errno) =>
        isErrno(error, errno),
      )
    ) {
      return false;
    }
    throw error;
  }
}
