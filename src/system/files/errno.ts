// Errors of the operating system, as errors of this program. A failed system call becomes a SystemError with
// the operation, the path and the errno. Callers branch on the errno and never on the text.
import { SystemError } from '../../errors.js';
import { errnoOf, meaningOfErrno } from '../errno/errno-of.js';
import { type BytePath, formatPath } from './byte-path.js';

/** Whether an error is the operating system's `errno`, such as ENOENT. */
export function isErrno(error: unknown, errno: string): boolean {
  return error instanceof SystemError ? error.errno === errno : errnoOf(error) === errno;
}

/** Whether this process, or the machine, has run out of a resource. The object of the call may be fine. */
export function isExhaustion(error: unknown): boolean {
  return ['EMFILE', 'ENFILE', 'ENOMEM'].some((errno) => isErrno(error, errno));
}

/** Makes a system call. A failure becomes a SystemError with the operation and the path. */
export function attempt<T>(operation: string, path: BytePath, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toSystemError(operation, path, error);
  }
}

/** The SystemError for a failed call. An error without an errno is returned unchanged. */
export function toSystemError(operation: string, path: BytePath, error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno === '' || error instanceof SystemError) return error;
  return systemError(operation, path, errno, error);
}

/** The SystemError for an errno, with a reason and a hint in plain words. */
export function systemError(
  operation: string,
  path: BytePath,
  errno: string,
  cause: unknown,
): SystemError {
  const reason = meaningOfErrno(errno);
  const call = { operation, object: formatPath(path), path, errno, reason };
  return new SystemError(call, { hint: HINTS[errno], cause });
}

const CHECK_FILE_SYSTEM = 'look into dmesg, check that file system with fsck, and run again';
const DEVICE_GONE = 'connect the device, mount its file system, and run again';
const FILE_SERVER = 'look after the file server, mount its file system anew, and run again';

/** What to do next. Left out where that is anybody's guess. */
const HINTS: Record<string, string> = {
  EACCES: 'run as root, or as a user who may read and write there',
  EAGAIN: 'find out which program holds a lock on it (lslocks), and run again',
  EBADMSG: CHECK_FILE_SYSTEM,
  EDQUOT: 'raise the quota or free some space, and run again',
  EFBIG: 'use a file system that takes files of that size, and look at ulimit -f',
  EHOSTDOWN: FILE_SERVER,
  EHOSTUNREACH: FILE_SERVER,
  EHWPOISON: 'the memory of this machine is defective; replace it',
  EIO: 'look for disk errors in dmesg, and run again',
  EKEYEXPIRED: 'unlock the encrypted folder, and run again',
  EKEYREVOKED: 'unlock the encrypted folder, and run again',
  EMFILE: 'raise the limit of open files (ulimit -n) and run again',
  ENETUNREACH: FILE_SERVER,
  ENFILE: 'find out which program has so many files open, or raise fs.file-max, and run again',
  ENODEV: DEVICE_GONE,
  ENOKEY: 'unlock the encrypted folder, and run again',
  ENOMEDIUM: DEVICE_GONE,
  ENOMEM: 'free some memory and run again',
  ENOSPC: 'free some space on that file system and run again',
  ENOTCONN: FILE_SERVER,
  ENXIO: DEVICE_GONE,
  EREMOTEIO: FILE_SERVER,
  EROFS: 'find out why that file system is read-only, and run again',
  ESHUTDOWN: CHECK_FILE_SYSTEM,
  ESTALE: FILE_SERVER,
  ETIMEDOUT: FILE_SERVER,
  EUCLEAN: CHECK_FILE_SYSTEM,
};
