// Opens SQLite databases with this project's settings.
// journal_mode=DELETE with synchronous=EXTRA has two effects: a commit is on the disk when it returns,
// directory entry included; and the database is a single file while no process has it open.
import Database from 'better-sqlite3';
import { UsageError } from '../errors.js';
import { type BytePath, formatPath, pathFromText, pathToBytes } from '../system/files/byte-path.js';
import { isLoadFailure, loadFailure, translate } from './sqlite-errors.js';

export type Connection = Database.Database;

/** How long a statement waits for the transaction of another process. Transactions are short. */
const BUSY_TIMEOUT_MS = 60_000;

export interface ConnectOptions {
  readonly readOnly: boolean;
  readonly busyTimeoutMs?: number;
  /** The file that this one is a private copy of. Errors name it. */
  readonly copyOf?: BytePath;
  /** Called when the file is open, before anything is read. If it throws, the file is closed again. */
  readonly onOpened?: () => void;
}

/**
 * Makes sure that SQLite can be loaded. Called before anything is written.
 * @throws InstallationError
 */
export function requireSqlite(): void {
  try {
    new Database(':memory:').close();
  } catch (error) {
    throw isLoadFailure(error) ? loadFailure(error) : error;
  }
}

/**
 * Opens an existing database.
 * @throws CorruptError when it is not a database, InstallationError when SQLite cannot be loaded.
 */
export function connect(path: BytePath, options: ConnectOptions): Connection {
  return translate('open', options.copyOf ?? path, () => {
    const connection = new Database(sqliteName(path), {
      fileMustExist: true,
      readonly: options.readOnly,
      timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
    });
    return configure(connection, options.onOpened ?? (() => {}), () => {
      if (!options.readOnly) connection.pragma('journal_mode = DELETE');
    });
  });
}

/** Opens the bytes of a database file in memory. Errors as in connect. @param path for errors */
export function connectToBytes(path: BytePath, bytes: Buffer): Connection {
  return translate('open', path, () =>
    configure(
      new Database(bytes),
      () => {},
      () => {},
    ),
  );
}

function configure(connection: Connection, first: () => void, more: () => void): Connection {
  try {
    first();
    connection.defaultSafeIntegers(true);
    connection.pragma('trusted_schema = OFF');
    connection.pragma('cell_size_check = ON');
    connection.pragma('foreign_keys = ON');
    connection.pragma('synchronous = EXTRA');
    more();
    compileOnce(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Keeps the statements that were compiled: a backup inserts thousands of rows with the same few. */
function compileOnce(connection: Connection): void {
  const compiled = new Map<string, Database.Statement>();
  const prepare = connection.prepare.bind(connection);
  connection.prepare = ((sql: string) => {
    const statement = compiled.get(sql) ?? prepare(sql);
    compiled.set(sql, statement);
    return statement;
  }) as Connection['prepare'];
}

/**
 * How long the end of a transaction waits for those who read. New readers have to wait meanwhile, and nothing
 * else runs in this process. Who wants to wait longer tries again (waitForReaders).
 */
const READERS_TIMEOUT_MS = 500;

/**
 * Runs `change` in one transaction, which is rolled back where anything fails.
 * @throws SQLite's own errors; SQLITE_BUSY where somebody reads for longer than a moment
 */
export function runTransaction<T>(connection: Connection, change: () => T): T {
  const setTimeout = (milliseconds: number): void => {
    connection.pragma(`busy_timeout = ${milliseconds}`);
  };
  const usual = Number(connection.pragma('busy_timeout', { simple: true }));
  setTimeout(Math.min(usual, READERS_TIMEOUT_MS));
  try {
    connection.exec('BEGIN IMMEDIATE');
    // When its cache is full, SQLite writes pages early, if nobody reads. It must not wait for each page.
    setTimeout(0);
    const result = change();
    setTimeout(Math.min(usual, READERS_TIMEOUT_MS));
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw error;
  } finally {
    setTimeout(usual);
  }
}

/**
 * The path as SQLite takes it: SQLite's file names are UTF-8, so a repository's own path must be UTF-8.
 * @throws UsageError
 */
export function sqliteName(path: BytePath): string {
  const name = pathToBytes(path).toString('utf8');
  if (pathFromText(name) !== path) {
    const shown = formatPath(path);
    throw new UsageError(`the path of a repository must be UTF-8: '${shown}'`, { typed: shown });
  }
  return name;
}
