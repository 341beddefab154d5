// Where the journals of recoveries are: in the repository, or, where that cannot be written, in a folder of this user's own.
import { recoveriesPath, recoveryJournalPath } from '../../../repository/layout.js';
import {
  type BytePath,
  joinPath,
  parentPath,
  pathFromText,
} from '../../../system/files/byte-path.js';
import { isErrno } from '../../../system/files/errno.js';
import type { FileSystem } from '../../../system/files/file-system.js';

const ROOTS_STATE = '/var/lib';
const PROGRAM = 'redis-rewind';
/** The last name of the folder in the repository. */
const LAST = 'recover';

/** Of the XDG Base Directory Specification. */
export interface UserFolders {
  readonly uid: number;
  /** XDG_STATE_HOME; a relative path counts as none, as the specification has it. */
  readonly stateHome: string | undefined;
  readonly home: string | undefined;
}

/** Null where this user has no folder of its own. Pure. */
export function stateRecoveries({ uid, stateHome, home }: UserFolders): BytePath | null {
  const state =
    uid === 0
      ? ROOTS_STATE
      : stateHome?.startsWith('/') === true
        ? stateHome
        : home?.startsWith('/') === true
          ? `${home}/.local/state`
          : null;
  if (state === null) return null;
  return joinPath(joinPath(pathFromText(state.replace(/\/+$/, '')), PROGRAM), LAST);
}

/** As `stateRecoveries`. Null also where this user may not look into it: HOME may be that of another user, as after setpriv. */
export function ownRecoveries(fileSystem: FileSystem, folders: UserFolders): BytePath | null {
  const path = stateRecoveries(folders);
  return path !== null && mayLookInto(fileSystem, path) ? path : null;
}

/** Both are looked into for a recovery that was not finished: the repository may have become writable meanwhile. */
export function recoveriesPlaces(
  fileSystem: FileSystem,
  repository: BytePath | null,
  folders: UserFolders,
): readonly BytePath[] {
  const own = ownRecoveries(fileSystem, folders);
  const within = repository === null ? null : recoveriesPath(repository);
  return [within, own].filter((place) => place !== null);
}

/** Whether it fails because of where it is, so that another place may do. */
export function isNotWritable(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].some((errno) => isErrno(error, errno));
}

/**
 * The id of a recovery that begins now: no other one has it in any of the places. The number of the program is in it, since
 * another one may begin a recovery of another server in the same second, and both keep records in the same folder.
 */
export function newRecoveryId(
  fileSystem: FileSystem,
  places: readonly BytePath[],
  nowMs: number,
  processId: number,
): string {
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.[0-9]+/g, '');
  const isTaken = (id: string): boolean =>
    // Where this user may not look, it makes nothing either.
    places.some((place) => {
      const folder = parentPath(recoveryJournalPath(place, id));
      return mayLookInto(fileSystem, folder) && fileSystem.stat(folder) !== null;
    });
  let number = processId;
  while (isTaken(`${time}-${number}`)) number += 1;
  return `${time}-${number}`;
}

/** Whether the folders above it may be searched. */
function mayLookInto(fileSystem: FileSystem, path: BytePath): boolean {
  try {
    fileSystem.stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'EACCES')) return false;
    throw error;
  }
}
