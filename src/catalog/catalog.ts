// The catalog: opens, creates and checks catalog.sqlite3 (docs/format.md, "The catalog"). A reader uses
// `read`: one short transaction that sees one state. A writer uses `write`: one such transaction is the
// commit of a backup. Nothing may be awaited inside a transaction.
import Database from 'better-sqlite3';
import { CorruptError, NewerFormatError } from '../errors.js';
import { type BytePath, formatPath } from '../system/files/byte-path.js';
import { AlarmTable } from './tables/alarm-table.js';
import { ExaminationTable } from './tables/examination-table.js';
import { IncrementTable } from './tables/increment-table.js';
import { MarkTable } from './tables/mark-table.js';
import { OwedOperationTable } from './tables/owed-operation-table.js';
import { RepositoryTable } from './tables/repository-table.js';
import { type OlderState, canBeRemade, remakeTable } from './tables/remade-tables.js';
import { APPLICATION_ID, FORMAT_VERSION, migrationFrom, schemaOf } from './schema.js';
import { SnapshotTable } from './tables/snapshot-table.js';
import { SourceStateTable } from './tables/source-state-table.js';
import { type DigestedTable, TableDigests } from './tables/table-digests.js';
import {
  type Connection,
  type ConnectOptions,
  connect,
  connectToBytes,
  runTransaction,
} from './sqlite.js';
import { translate } from './sqlite-errors.js';
import { TagTable } from './tables/tag-table.js';
import { VerificationTable } from './tables/verification-table.js';
import { VersionTable } from './tables/version-table.js';

/** What people say of snapshots, and what they are asked to look at. */
export interface RemarkTables {
  readonly marks: MarkTable;
  readonly tags: TagTable;
  readonly alarms: AlarmTable;
}

export class Catalog {
  readonly repository: RepositoryTable;
  readonly snapshots: SnapshotTable;
  readonly versions: VersionTable;
  readonly increments: IncrementTable;
  readonly owed: OwedOperationTable;
  readonly sourceStates: SourceStateTable;
  readonly #verifications: VerificationTable;
  readonly #examinations: ExaminationTable;
  readonly #remarks: RemarkTables;
  readonly #digests: TableDigests;
  readonly #connection: Connection;
  readonly #path: BytePath;

  private constructor(path: BytePath, connection: Connection) {
    this.#path = path;
    this.#connection = connection;
    const digests = digestsOf(connection);
    this.#digests = digests;
    this.repository = new RepositoryTable(connection, digests);
    this.snapshots = new SnapshotTable(connection, digests, () => this.formatVersion >= 3);
    this.versions = new VersionTable(connection, digests);
    this.increments = new IncrementTable(connection, digests);
    this.owed = new OwedOperationTable(connection, digests);
    this.sourceStates = new SourceStateTable(connection, digests);
    this.#verifications = new VerificationTable(connection, digests);
    this.#examinations = new ExaminationTable(connection, digests);
    this.#remarks = {
      marks: new MarkTable(connection, digests),
      tags: new TagTable(connection, digests),
      alarms: new AlarmTable(connection, digests),
    };
  }

  /**
   * Opens the catalog of a repository.
   * @throws NewerFormatError when a newer program wrote the file, CorruptError when the file is not a
   *   catalog, or has other tables than its format has.
   */
  static open(path: BytePath, options: ConnectOptions): Catalog {
    return Catalog.#over(options.copyOf ?? path, connect(path, options));
  }

  /**
   * Opens the bytes of a catalog file in memory. Changes to this catalog are lost when it is closed.
   * @param path of the file that the bytes come from, for errors. Errors as in `open`.
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

  /** Makes an empty catalog in the file at `path`, which must exist and be empty. Durable on return. */
  static create(path: BytePath, uuid: string, createdAtSeconds: number): void {
    const connection = connect(path, { readOnly: false });
    try {
      translate('create', path, () => {
        connection.transaction(() => {
          connection.pragma(`application_id = ${APPLICATION_ID}`);
          connection.pragma(`user_version = ${FORMAT_VERSION}`);
          for (const statement of schemaOf(FORMAT_VERSION)) connection.exec(statement);
          const digests = digestsOf(connection);
          new RepositoryTable(connection, digests).insert(uuid, createdAtSeconds);
          digests.noteAll();
          digests.seal();
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

  /** Whether the format is older than the one that this program writes. */
  get isOlder(): boolean {
    return this.formatVersion < FORMAT_VERSION;
  }

  /** Null in a catalog of format 1, which keeps no verifications. */
  get verifications(): VerificationTable | null {
    return this.formatVersion < 2 ? null : this.#verifications;
  }

  /** Null in a catalog of format 1 or 2, which keeps no examinations. */
  get examinations(): ExaminationTable | null {
    return this.formatVersion < 3 ? null : this.#examinations;
  }

  /** Null in formats before 5, which keep none of it. */
  get remarks(): RemarkTables | null {
    return this.formatVersion < 5 ? null : this.#remarks;
  }

  /**
   * Upgrades a catalog of an older format to the present format, in one transaction. The rows get digests as
   * they are, so the caller has checked them.
   */
  migrate(): void {
    if (!this.isOlder) return;
    this.write(() => {
      for (const statement of migrationFrom(this.formatVersion)) this.#connection.exec(statement);
      this.#connection.pragma(`user_version = ${FORMAT_VERSION}`);
      this.sealTables();
    });
  }

  /** Gives every table the digest of the rows that it has. Called inside a transaction. */
  sealTables(): void {
    this.#digests.noteAll();
  }

  /**
   * Those of the tables whose rows are not as they were written, by name. None in formats without digests of tables.
   * @param tables all of them unless given
   */
  damagedTables(tables?: readonly DigestedTable[]): string[] {
    return this.read(() => this.#digests.listDamaged(tables));
  }

  /**
   * Makes damaged tables anew whose rows no snapshot needs.
   * @param tables their names
   * @param older what an older state of this catalog says
   * @returns false where one of the tables cannot be made anew; nothing is changed then
   */
  remakeTables(tables: readonly string[], older: OlderState): boolean {
    const damaged = {
      connection: this.#connection,
      examinations: this.#examinations,
      ...this.#remarks,
    };
    const remade = tables.filter((table) => canBeRemade(table, older));
    if (remade.length < tables.length) return false;
    this.write(() => {
      for (const table of remade) {
        remakeTable(damaged, table, older);
        this.#digests.noteChange(table);
      }
    });
    return true;
  }

  /** Runs `query` in one read transaction, so that everything it reads is of one state. */
  read<T>(query: () => T): T {
    return translate('read', this.#path, () => this.#connection.transaction(query).deferred());
  }

  /**
   * Runs `change` in one transaction and raises the generation. Durable on return. When this throws,
   * the catalog is unchanged, with one exception: when COMMIT itself failed, the caller must open the
   * catalog again and look.
   * @throws LockedError where another process is inside a read for longer than a moment
   */
  write<T>(change: () => T): T {
    return this.annotate(() => {
      const result = change();
      this.repository.advanceGeneration();
      return result;
    });
  }

  /** As `write`, for rows that no reader needs: the generation stays the same. */
  annotate<T>(change: () => T): T {
    const sealed = (): T => {
      const result = change();
      this.#digests.seal();
      return result;
    };
    try {
      return translate('write', this.#path, () => runTransaction(this.#connection, sealed));
    } finally {
      this.#digests.forget();
    }
  }

  /** Size of the database in bytes. Inside a transaction, the size that it will have after the commit. */
  sizeBytes(): number {
    const pages = this.#connection.pragma('page_count', { simple: true }) as bigint;
    const pageBytes = this.#connection.pragma('page_size', { simple: true }) as bigint;
    return Number(pages * pageBytes);
  }

  /**
   * Gives the room of deleted rows back to the file system, where that is worth writing the file anew.
   * @returns how many bytes came back
   * @throws LockedError where another process reads, NoSpaceError
   */
  compact(): number {
    const before = this.sizeBytes();
    const freePages = Number(this.#connection.pragma('freelist_count', { simple: true }));
    const pageBytes = Number(this.#connection.pragma('page_size', { simple: true }));
    const freeBytes = freePages * pageBytes;
    if (freeBytes < COMPACT_FROM_BYTES || freeBytes < before * COMPACT_FROM_SHARE) return 0;
    translate('write', this.#path, () => this.#connection.exec('VACUUM'));
    return before - this.sizeBytes();
  }

  /** The journal settings in use, by SQLite's own names and numbers. */
  durability(): { readonly journalMode: string; readonly synchronous: number } {
    return {
      journalMode: this.#connection.pragma('journal_mode', { simple: true }) as string,
      synchronous: Number(this.#connection.pragma('synchronous', { simple: true })),
    };
  }

  /** The problems that SQLite's own checks find, one line each; empty when there are none. */
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

const COMPACT_FROM_BYTES = 256 * 1024;
const COMPACT_FROM_SHARE = 0.25;

/** Each value is text in our catalogs. In a damaged one it may be anything. */
interface SchemaRow {
  readonly type: unknown;
  readonly name: unknown;
  readonly tbl_name: unknown;
  readonly sql: unknown;
}

function formatOf(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }));
}

function digestsOf(connection: Connection): TableDigests {
  return new TableDigests(connection, () => formatOf(connection));
}

function checkIdentity(path: BytePath, connection: Connection): void {
  const shown = formatPath(path);
  const application = Number(connection.pragma('application_id', { simple: true }));
  const version = formatOf(connection);
  if (application !== APPLICATION_ID) {
    throw new CorruptError(`'${shown}' is not the catalog of a repository`, { path });
  }
  // No version of this program has used a write-ahead log. To read one, SQLite would write files beside
  // the catalog.
  if (connection.pragma('journal_mode', { simple: true }) === 'wal') {
    throw new CorruptError(`'${shown}' has a write-ahead log, which no catalog has`, { path });
  }
  requireOwnHeader(path, connection);
  const schema = readSchema(connection);
  if (version > FORMAT_VERSION && !isOfKnownFormat(schema)) {
    throw new NewerFormatError(
      `'${shown}' has format ${version}, and this program reads formats up to ${FORMAT_VERSION}`,
      { path, formatVersion: version, hint: 'install a newer redis-rewind' },
    );
  }
  if (version < 1 || version > FORMAT_VERSION) {
    throw new CorruptError(`'${shown}' has the unknown format ${version}`, { path });
  }
  const difference = findDifference(schema, expectedSchema(version));
  if (difference !== null) {
    throw new CorruptError(`'${shown}' ${difference}`, { path });
  }
}

/** What the header of each of our catalogs says. A writer would destroy a database that says something else. */
function requireOwnHeader(path: BytePath, connection: Connection): void {
  const wanted = { encoding: 'UTF-8', auto_vacuum: 0n } as const;
  for (const [name, value] of Object.entries(wanted)) {
    const found = connection.pragma(name, { simple: true });
    if (found === value) continue;
    throw new CorruptError(
      `the header of '${formatPath(path)}' is damaged: ${name} is ${String(found)}`,
      {
        path,
      },
    );
  }
}

/** A newer format has other tables. So a catalog with the tables of a known one has a damaged number. */
function isOfKnownFormat(schema: SchemaRow[]): boolean {
  const versions = Array.from({ length: FORMAT_VERSION }, (_, index) => index + 1);
  return versions.some((version) => findDifference(schema, expectedSchema(version)) === null);
}

/** Every table, index, trigger and view of a database, by type, then by name. */
function readSchema(connection: Connection): SchemaRow[] {
  return connection
    .prepare<[], SchemaRow>(
      'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name',
    )
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

/** What the schema has or lacks, to follow the catalog's name in an error; null where it is as wanted. */
function findDifference(found: SchemaRow[], wanted: SchemaRow[]): string | null {
  const format = ({ type, name, tbl_name, sql }: SchemaRow): string =>
    JSON.stringify([type, name, tbl_name, sql], showBigints);
  const foundTexts = new Set(found.map(format));
  const wantedTexts = new Set(wanted.map(format));
  const foreign = found.find((row) => !wantedTexts.has(format(row)));
  if (foreign !== undefined)
    return `has the unexpected ${String(foreign.type)} '${String(foreign.name)}'`;
  const missing = wanted.find((row) => !foundTexts.has(format(row)));
  return missing === undefined
    ? null
    : `lacks the ${String(missing.type)} '${String(missing.name)}'`;
}

/** BLOBs differ from texts with the same bytes, and so do numbers. */
function showBigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { number: String(value) } : value;
}
