// Sets the owner, mode and time of entries. What this user may not set is reported, and the rest is set all
// the same. Nothing is lost: the catalog keeps the true metadata, and a later run as root can set it.
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

/** A file must not get these bits while it belongs to another owner than it should. */
const SET_ID_BITS = 0o6000;

/**
 * Sets the owner, then the mode, and at the end all times at once, since exact times may need another
 * program. Each entry must exist and be of its type. A directory must come after everything in it.
 * @returns what this user may not set
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
    // EINVAL: an id that a user namespace does not know. ENOTSUP, ENOSYS: a file system without owners.
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
