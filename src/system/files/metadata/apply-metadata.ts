// Sets the owner, mode and time of entries. What this user may not set is reported, and the rest is set all
// the same. Nothing is lost: the catalog keeps the true metadata, and a later run as root can set it.
// A repository may come from elsewhere. Its owner may have given a file of root's another name in it.
import { SystemError } from '../../../errors.js';
import { append } from '../../lists/lists.js';
import type { Checkpoint } from '../../time/checkpoint.js';
import { type BytePath, formatPath } from '../byte-path.js';
import { isErrno } from '../errno.js';
import type { FileDescriptor, FileStat, FileSystem } from '../file-system.js';

export interface Metadata {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
}

export interface MetadataTarget extends Metadata {
  readonly path: BytePath;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Which file or directory it must be, where it was looked at before. */
  readonly identity?: Pick<FileStat, 'dev' | 'ino'>;
}

export interface UnsetMetadata {
  readonly path: BytePath;
  readonly what: 'owner' | 'mode' | 'time';
}

const EVERYTHING: readonly UnsetMetadata['what'][] = ['owner', 'mode', 'time'];

/** A file must not get these bits while it belongs to another owner than it should. */
const SET_ID_BITS = 0o6000;

/**
 * Sets the owner, then the mode, and at the end all times at once, since exact times may need another
 * program. Each entry must exist and be of its type. A directory must come after everything in it. A file
 * with several names is left as it is: another name may be in a folder of somebody else.
 * @returns what this user may not set
 */
export function applyMetadata(
  fileSystem: FileSystem,
  targets: readonly MetadataTarget[],
): UnsetMetadata[] {
  const unset: UnsetMetadata[] = [];
  const changed: MetadataTarget[] = [];
  for (const target of targets) {
    const entry = fileSystem.open(target.path, 'entry');
    try {
      const stat = fileSystem.statOpen(entry);
      requireSame(stat, target);
      const hasOtherNames = !stat.isDirectory() && stat.nlink > 1n;
      if (!hasOtherNames) changed.push(target);
      const left = hasOtherNames
        ? EVERYTHING
        : applyOwnerAndMode(fileSystem, { entry, stat }, target);
      for (const what of left) unset.push({ path: target.path, what });
    } finally {
      fileSystem.close(entry);
    }
  }
  for (const path of fileSystem.setModificationTimes(changed)) unset.push({ path, what: 'time' });
  return unset;
}

/** Exact times may need a process for each entry: so many take a fraction of a second. */
const STEP_ENTRIES = 100;

/** As `applyMetadata`, of very many entries, with a checkpoint after each few. @throws also InterruptedError */
export async function applyAllMetadata(
  fileSystem: FileSystem,
  targets: readonly MetadataTarget[],
  checkpoint: Checkpoint,
): Promise<UnsetMetadata[]> {
  const unset: UnsetMetadata[] = [];
  for (let from = 0; from < targets.length; from += STEP_ENTRIES) {
    await checkpoint();
    append(unset, applyMetadata(fileSystem, targets.slice(from, from + STEP_ENTRIES)));
  }
  return unset;
}

/** @returns what this user may not set */
function applyOwnerAndMode(
  fileSystem: FileSystem,
  { entry, stat }: { readonly entry: FileDescriptor; readonly stat: FileStat },
  target: MetadataTarget,
): UnsetMetadata['what'][] {
  const isOwned = Number(stat.uid) === target.uid && Number(stat.gid) === target.gid;
  const isOwnerSet =
    isOwned || permitted(() => fileSystem.chownOpen(entry, target.uid, target.gid));
  const unset: UnsetMetadata['what'][] = isOwnerSet ? [] : ['owner'];
  if (target.type === 'symlink') return unset;
  const mode = isOwnerSet ? target.mode : target.mode & ~SET_ID_BITS;
  if (!permitted(() => fileSystem.chmodOpen(entry, mode))) unset.push('mode');
  return unset;
}

/** @throws SystemError where something else stands there than what the metadata is meant for */
function requireSame(stat: FileStat, { path, type, identity }: MetadataTarget): void {
  const isType = {
    file: stat.isFile(),
    directory: stat.isDirectory(),
    symlink: stat.isSymbolicLink(),
  };
  const isSame = identity === undefined || (stat.dev === identity.dev && stat.ino === identity.ino);
  if (isType[type] && isSame) return;
  const reason = 'another program has put something else there';
  throw new SystemError({
    operation: 'set owner and mode of',
    object: formatPath(path),
    path,
    errno: 'ESTALE',
    reason,
  });
}

/**
 * EINVAL, EOVERFLOW: an id that a user namespace or a file server does not know. ENOTSUP, ENOSYS: a file system
 * without owners.
 */
const NOT_PERMITTED = ['EPERM', 'EACCES', 'EINVAL', 'EOVERFLOW', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

function permitted(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    if (NOT_PERMITTED.some((errno) => isErrno(error, errno))) return false;
    throw error;
  }
}
