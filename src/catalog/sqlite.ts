// Opening SQLite databases with this project's settings, and SQLite's errors in our words. Durability:
// journal_mode=DELETE with synchronous=EXTRA, so that a commit is on the disk, its directory entry
// included, when it returns, and the database is a single file when no process is in it.
import Database from 'better-sqlite3';
import {
  CorruptError,
  InstallationError,
  LockedError,
  RewindError,
  SystemError,
  UsageError,
} from '../errors.js';
import { type BytePath, formatPath, pathFromText, pathToBytes } from '../system/byte-path.js';

export type Connection = Database.Database;

/** How long a statement waits for another process's transaction, which are all short. */
const BUSY_TIMEOUT_MS = 60_000;

export interface ConnectOptions {
  readonly readOnly: boolean;
  readonly busyTimeoutMs?: number;
}

/**
 * Opens an existing database.
 * @throws CorruptError when it is not a database, InstallationError when SQLite cannot be loaded.
 */
export function connect(path: BytePath, options: ConnectOptions): Connection {
  return translate('open', path, () => {
    const connection = new Database(sqliteName(path), {
      fileMustExist: true,
      readonly: options.readOnly,
      timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
    });
    try {
      connection.defaultSafeIntegers(true);
      connection.pragma('trusted_schema = OFF');
      connection.pragma('cell_size_check = ON');
      connection.pragma('foreign_keys = ON');
      connection.pragma('synchronous = EXTRA');
      if (!options.readOnly) connection.pragma('journal_mode = DELETE');
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  });
}

/** Runs `call` and turns SQLite's failures into RewindErrors that name the operation and the file. */
export function translate<T>(operation: string, path: BytePath, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toRewindError(operation, path, error);
  }
}

/** SQLite takes names as UTF-8 text, so a repository's own path must be that. */
function sqliteName(path: BytePath): string {
  const name = pathToBytes(path).toString('utf8');
  if (pathFromText(name) !== path) {
    throw new UsageError(`the path of a repository must be UTF-8: '${formatPath(path)}'`);
  }
  return name;
}

function toRewindError(operation: string, path: BytePath, error: unknown): unknown {
  if (error instanceof RewindError || !(error instanceof Error)) return error;
  const shown = formatPath(path);
  const code = (error as { code?: unknown }).code;
  if (code === 'ERR_DLOPEN_FAILED' || /bindings file/.test(error.message)) {
    return new InstallationError(
      `better-sqlite3 was not built for this Node.js (${process.version})`,
      {
        hint: "run 'npm rebuild better-sqlite3' in the folder of redis-rewind, or 'npm install -g' it again",
        cause: error,
      },
    );
  }
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) return error;
  const cause = { cause: error };
  if (code.startsWith('SQLITE_BUSY')) {
    return new LockedError(`'${shown}' is in use by another process`, cause);
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new CorruptError(`'${shown}' is damaged: ${error.message}`, cause);
  }
  if (code === 'SQLITE_FULL') {
    return new SystemError(operation, shown, 'ENOSPC', 'no space left on the device', cause);
  }
  if (code === 'SQLITE_CANTOPEN' || code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM') {
    return new SystemError(operation, shown, 'EACCES', error.message, cause);
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return new SystemError(operation, shown, 'EIO', error.message, cause);
  }
  return error;
}
