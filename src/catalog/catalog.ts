// The catalog: opening, creating and checking catalog.sqlite3 (docs/format.md, "The catalog").
// Readers use `read`, one short transaction that sees one state; the writer uses `write`, of which
// one is the commit of a backup. Nothing is awaited inside either.
import Database from 'better-sqlite3';
import { CorruptError, NewerFormatError } from '../errors.js';
import { type BytePath, formatPath } from '../system/files/byte-path.js';
import { APPLICATION_ID, FORMAT_VERSION, migrationFrom, schemaOf } from './schema.js';
import {
  type Connection,
  type ConnectOptions,
  connect,
  connectToBytes,
  translate,
} from './sqlite.js';
import { ExaminationTable } from './examination-table.js';
import { IncrementTable } from './increment-table.js';
import { OwedOperationTable } from './owed-operation-table.js';
import { RepositoryTable } from './repository-table.js';
import { SnapshotTable } from './snapshot-table.js';
import { SourceStateTable } from './source-state-table.js';
import { VerificationTable } from './verification-table.js';
import { VersionTable } from './version-table.js';

export class Catalog {
  readonly repository: RepositoryTable;
  readonly snapshots: SnapshotTable;
  readonly versions: VersionTable;
  readonly increments: IncrementTable;
  readonly owed: OwedOperationTable;
  readonly sourceStates: SourceStateTable;
  readonly #verifications: VerificationTable;
  readonly #examinations: ExaminationTable;
  readonly #connection: Connection;
  readonly #path: BytePath;

  private constructor(path: BytePath, connection: Connection) {
    this.#path = path;
    this.#connection = connection;
    this.repository = new RepositoryTable(connection);
    this.snapshots = new SnapshotTable(connection, () => this.formatVersion >= 3);
    this.versions = new VersionTable(connection);
    this.increments = new IncrementTable(connection);
    this.owed = new OwedOperationTable(connection);
    this.sourceStates = new SourceStateTable(connection);
    this.#verifications = new VerificationTable(connection);
    this.#examinations = new ExaminationTable(connection);
  }

  /**
   * Opens the catalog of a repository.
   * @throws NewerFormatError when a newer program wrote it, CorruptError when it is no catalog, or
   *   holds anything but this format's own tables.
   */
  static open(path: BytePath, options: ConnectOptions): Catalog {
    return Catalog.#over(path, connect(path, options));
  }

  /**
   * Opens the bytes of a catalog file in memory; nothing that is written to it lasts.
   * @param path where they come from, for errors. Errors as in `open`.
   */
  static openBytes(path: BytePath, bytes: Buffer): Catalog {
    return Catalog.#over(path, connectToBytes(path, bytes));
  }

  static #over(path: BytePath, connection: Connection): Catalog {
    try {
      return translate('read', path, () => {
        checkIdentity(path, connection);
        return new Catalog(path, connection);
      });
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Makes an empty catalog, durably, in the file at `path`, which must exist and be empty. */
  static create(path: BytePath, uuid: string, createdAtSeconds: number): void {
    const connection = connect(path, { readOnly: false });
    try {
      translate('create', path, () => {
        connection.transaction(() => {
          connection.pragma(`application_id = ${APPLICATION_ID}`);
          connection.pragma(`user_version = ${FORMAT_VERSION}`);
          for (const statement of schemaOf(FORMAT_VERSION)) connection.exec(statement);
          new RepositoryTable(connection).insert(uuid, createdAtSeconds);
        })();
      });
    } finally {
      connection.close();
    }
  }

  /** The format version of this catalog, which may be older than the program's. */
  get formatVersion(): number {
    return formatOf(this.#connection);
  }

  /** Null in a catalog of format 1, which keeps none. */
  get verifications(): VerificationTable | null {
    return this.formatVersion < 2 ? null : this.#verifications;
  }

  /** Null in a catalog of format 1 or 2, which keeps none. */
  get examinations(): ExaminationTable | null {
    return this.formatVersion < 3 ? null : this.#examinations;
  }

  /** Makes a catalog of an older format one of the present format, in one transaction. */
  migrate(): void {
    const from = this.formatVersion;
    if (from === FORMAT_VERSION) return;
    this.write(() => {
      for (const statement of migrationFrom(from)) this.#connection.exec(statement);
      this.#connection.pragma(`user_version = ${FORMAT_VERSION}`);
    });
  }

  /** Runs `query` in one read transaction, so that all it reads is one state of the catalog. */
  read<T>(query: () => T): T {
    return translate('read', this.#path, () => this.#connection.transaction(query).deferred());
  }

  /**
   * Runs `change` in one transaction that is durable when this returns, and moves the generation.
   * When it throws, nothing of it is in the catalog, unless COMMIT itself failed: then the caller
   * must open the catalog again and ask.
   */
  write<T>(change: () => T): T {
    return this.annotate(() => {
      const result = change();
      this.repository.advanceGeneration();
      return result;
    });
  }

  /** As `write`, for what no reader needs: the generation stays. */
  annotate<T>(change: () => T): T {
    return translate('write', this.#path, () => this.#connection.transaction(change).immediate());
  }

  /** Size of the database in bytes, inside a transaction as it will be after the commit. */
  sizeBytes(): number {
    const pages = this.#connection.pragma('page_count', { simple: true }) as bigint;
    const pageBytes = this.#connection.pragma('page_size', { simple: true }) as bigint;
    return Number(pages * pageBytes);
  }

  /** The journalling settings in force, by SQLite's own names and numbers. */
  durability(): { readonly journalMode: string; readonly synchronous: number } {
    return {
      journalMode: this.#connection.pragma('journal_mode', { simple: true }) as string,
      synchronous: Number(this.#connection.pragma('synchronous', { simple: true })),
    };
  }

  /** What SQLite's own checks find wrong, a line each; empty when all is well. */
  integrityProblems(): string[] {
    return translate('check', this.#path, () => {
      const rows = this.#connection.pragma('integrity_check') as { integrity_check: string }[];
      const broken = this.#connection.pragma('foreign_key_check') as { table: string }[];
      return [
        ...rows.map((row) => row.integrity_check).filter((line) => line !== 'ok'),
        ...broken.map((row) => `a row of ${row.table} refers to one that does not exist`),
      ];
    });
  }

  /** The whole database as the bytes of a catalog file. */
  serialize(): Buffer {
    return translate('copy', this.#path, () => this.#connection.serialize());
  }

  close(): void {
    this.#connection.close();
  }
}

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

function formatOf(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

function checkIdentity(path: BytePath, connection: Connection): void {
  const shown = formatPath(path);
  const application = Number(connection.pragma('application_id', { simple: true }));
  const version = formatOf(connection);
  if (application !== APPLICATION_ID) {
    throw new CorruptError(`'${shown}' is not the catalog of a repository`, { path });
  }
  // No version of this program has used one, and SQLite would write beside the catalog to read it.
  if (connection.pragma('journal_mode', { simple: true }) === 'wal') {
    throw new CorruptError(`'${shown}' has a write-ahead log, which no catalog has`, { path });
  }
  if (version > FORMAT_VERSION) {
    throw new NewerFormatError(
      `'${shown}' has format ${version}, and this program reads formats up to ${FORMAT_VERSION}`,
      { path, formatVersion: version, hint: 'install a newer redis-rewind' },
    );
  }
  if (version < 1) {
    throw new CorruptError(`'${shown}' has the unknown format ${version}`, { path });
  }
  const difference = findDifference(readSchema(connection), expectedSchema(version));
  if (difference !== null) {
    throw new CorruptError(`'${shown}' holds ${difference}, which no catalog has or lacks`, {
      path,
    });
  }
}

/** Every table, index, trigger and view of a database, in order of their names. */
function readSchema(connection: Connection): SchemaRow[] {
  return connection
    .prepare<[], SchemaRow>('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name')
    .all();
}

const expected = new Map<number, SchemaRow[]>();

function expectedSchema(version: number): SchemaRow[] {
  const known = expected.get(version);
  if (known !== undefined) return known;
  const model = new Database(':memory:');
  for (const statement of schemaOf(version)) model.exec(statement);
  const schema = readSchema(model);
  model.close();
  expected.set(version, schema);
  return schema;
}

function findDifference(found: SchemaRow[], wanted: SchemaRow[]): string | null {
  const format = (row: SchemaRow): string => `${row.type} ${row.name} ${row.sql ?? ''}`;
  const foundTexts = new Set(found.map(format));
  const wantedTexts = new Set(wanted.map(format));
  const odd =
    found.find((row) => !wantedTexts.has(format(row))) ??
    wanted.find((row) => !foundTexts.has(format(row)));
  return odd === undefined ? null : `${odd.type} '${odd.name}'`;
}
