// The writers' lock: a transaction on lock.sqlite3. The kernel releases the lock when its process dies, so a
// lock is never stale. A process that holds the lock is the only writer. For a run the transaction is
// exclusive, so that others may not even read the file. For a moment it is an immediate one: others may read.
// So who finds the lock taken can tell what it is taken for.
import { LockedError } from '../errors.js';
import { type BytePath, formatPath } from '../system/files/byte-path.js';
import { type Connection, connect } from './sqlite.js';
import { translate } from './sqlite-errors.js';

export class WriteLock {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Takes the lock for a run, if the lock is free.
   * @param path of lock.sqlite3, which must exist; it may be empty
   * @param onOpened as in ConnectOptions
   * @returns null where another process holds it
   */
  static tryAcquire(path: BytePath, onOpened: () => void = () => {}): WriteLock | null {
    return WriteLock.#tryBegin('BEGIN EXCLUSIVE', path, onOpened);
  }

  /** As `tryAcquire`, for one short change of the catalog. */
  static tryAcquireForMoment(path: BytePath, onOpened: () => void = () => {}): WriteLock | null {
    return WriteLock.#tryBegin('BEGIN IMMEDIATE', path, onOpened);
  }

  static #tryBegin(begin: string, path: BytePath, onOpened: () => void): WriteLock | null {
    try {
      const connection = connect(path, { readOnly: false, busyTimeoutMs: 0, onOpened });
      try {
        // Nothing is ever written, so a full disk must be no reason to refuse the lock.
        connection.pragma('journal_mode = MEMORY');
        translate('lock', path, () => connection.exec(begin));
        return new WriteLock(connection);
      } catch (error) {
        connection.close();
        throw error;
      }
    } catch (error) {
      if (error instanceof LockedError) return null;
      throw error;
    }
  }

  /** Whether a process holds the lock for a run. */
  static isHeld(path: BytePath): boolean {
    try {
      const connection = connect(path, { readOnly: true, busyTimeoutMs: 0 });
      try {
        translate('read', path, () => connection.exec('SELECT count(*) FROM sqlite_schema'));
        return false;
      } finally {
        connection.close();
      }
    } catch (error) {
      if (error instanceof LockedError) return true;
      throw error;
    }
  }

  release(): void {
    this.#connection.close();
  }
}

/** The error for a lock that another process holds. */
export function lockHeldError(repository: BytePath): LockedError {
  return new LockedError(`repository '${formatPath(repository)}' is in use by another process`, {
    path: repository,
    hint: 'wait for the other run to end, or give --wait-lock SECONDS',
  });
}
