// Errors of the operating system, as errors of this program. A failed system call becomes a SystemError with
// the operation, the path and the errno. Callers branch on the errno and never on the text.
import { SystemError } from '../../errors.js';
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
  const reason = REASONS[errno] ?? errno;
  const call = { operation, object: formatPath(path), path, errno, reason };
  return new SystemError(call, { hint: HINTS[errno], cause });
}

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EEXIST: 'something exists there already',
  ENOTEMPTY: 'directory not empty',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'disk quota exceeded',
  EROFS: 'read-only file system',
  EIO: 'input/output error',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
  ENOMEM: 'out of memory',
  ELOOP: 'a symbolic link, or too many of them',
  ENAMETOOLONG: 'name too long',
  EXDEV: 'on another file system',
  ETXTBSY: 'file is being executed',
};

const HINTS: Record<string, string> = {
  EACCES: 'run as root, or as a user who may read and write there',
  ENOSPC: 'free some space on that file system and run again',
  EDQUOT: 'raise the quota or free some space, and run again',
  EMFILE: 'raise the limit of open files (ulimit -n) and run again',
  EIO: 'look for disk errors in dmesg, and run again',
  EROFS: 'find out why that file system is read-only, and run again',
};

/** The operating system's name of an error, such as ENOENT; '' where the error has none. */
export function errnoOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) && !code.startsWith('ERR_')
    ? code
    : '';
}
