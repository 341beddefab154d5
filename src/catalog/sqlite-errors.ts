// Turns SQLite's errors into RewindErrors, in our own words.
import {
  CorruptError,
  InstallationError,
  LockedError,
  RewindError,
  SystemError,
} from '../errors.js';
import { type BytePath, formatPath, parentPath } from '../system/files/byte-path.js';
import { systemError } from '../system/files/errno.js';
import { whyNotWritable } from '../system/files/why-not-writable.js';
import { rebuildCommand } from '../system/installation/rebuild-command.js';

/** Runs `call` and turns SQLite's failures into RewindErrors that name the operation and the file. */
export function translate<T>(operation: string, path: BytePath, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toRewindError(operation, path, error);
  }
}

function toRewindError(operation: string, path: BytePath, error: unknown): unknown {
  if (error instanceof RewindError || !(error instanceof Error)) return error;
  const shown = formatPath(path);
  const code = (error as { code?: unknown }).code;
  if (isLoadFailure(error)) return loadFailure(error);
  // better-sqlite3 looks for the folder itself, and says this without a code.
  if (error instanceof TypeError && error.message.includes('directory does not exist')) {
    return systemError(operation, path, 'ENOENT', error);
  }
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return error;
  const about = { path, cause: error };
  if (code.startsWith('SQLITE_BUSY')) {
    return new LockedError(`'${shown}' is in use by another process`, about);
  }
  const damage = DAMAGE.find(({ is }) => is(code, error.message));
  if (damage !== undefined) return new CorruptError(`'${shown}' is damaged: ${damage.says}`, about);
  // Every value that is written was checked, so the rows that stand in the way are not as they should be.
  if (code.startsWith('SQLITE_CONSTRAINT')) {
    const where = /failed: (\w+)\./.exec(error.message)?.[1];
    const table = where === undefined ? '' : ` in table '${where}'`;
    return new CorruptError(`the rows of '${shown}' contradict each other${table}`, about);
  }
  if (code === 'SQLITE_FULL') return systemError(operation, path, 'ENOSPC', error);
  if (code === 'SQLITE_NOMEM') return systemError(operation, path, 'ENOMEM', error);
  if (DENIED.some((start) => code.startsWith(start))) return denied(operation, path, error);
  if (code.startsWith('SQLITE_IOERR')) return systemError(operation, path, 'EIO', error);
  return error;
}

/** SQLite's own words would say nothing to a person. */
const DAMAGE: readonly {
  readonly is: (code: string, message: string) => boolean;
  readonly says: string;
}[] = [
  { is: (code) => code.startsWith('SQLITE_CORRUPT'), says: 'its pages contradict each other' },
  { is: (code) => code === 'SQLITE_NOTADB', says: 'it does not begin like a database' },
  {
    is: (code, message) => code === 'SQLITE_ERROR' && message === 'unsupported file format',
    says: 'its header names a form that no catalog has',
  },
];

/** Where SQLite may not open or write a file. It does not say why. */
const DENIED: readonly string[] = ['SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_PERM'];

function denied(operation: string, path: BytePath, cause: Error): SystemError {
  if ((cause as { code?: unknown }).code === 'SQLITE_READONLY_DBMOVED') {
    const reason = 'another program has moved or replaced it';
    const call = { operation, object: formatPath(path), path, errno: 'ESTALE', reason };
    return new SystemError(call, { cause });
  }
  // For its journal SQLite has to write in the folder, too.
  for (const [what, place] of [
    [operation, path],
    ['write in', parentPath(path)],
  ] as const) {
    const errno = whyNotWritable(place);
    if (errno !== null) return systemError(what, place, errno, cause);
  }
  return systemError(operation, path, 'EACCES', cause);
}

/** Whether the compiled part of better-sqlite3 is missing, or was built for another Node.js. */
export function isLoadFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_DLOPEN_FAILED' || /bindings file/.test(error.message);
}

export function loadFailure(cause: unknown): InstallationError {
  return new InstallationError(
    `better-sqlite3 was not built for Node.js ${process.version} ('${process.execPath}')`,
    {
      part: 'better-sqlite3',
      hint: `run '${rebuildCommand('better-sqlite3')}' with this Node.js first in PATH`,
      cause,
    },
  );
}
