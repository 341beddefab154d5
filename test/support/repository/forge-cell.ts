// Replaces single values of a catalog by any other, as somebody would who hands over a repository with bad
// intent. No type, CHECK or NOT NULL keeps a value out. Afterwards the schema is as it was, and the digests
// of snapshots, tables and examinations are right again, where the value can be a part of a digest.
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { type Field, addFields } from '../../../src/catalog/tables/canonical-fields.js';
import { TableDigests } from '../../../src/catalog/tables/table-digests.js';
import { catalogFile } from './edit-catalog.js';

/** A value as SQLite keeps it. A number is kept as a REAL. */
export type StoredValue = string | number | bigint | Buffer | null;

export interface Cell {
  readonly table: string;
  readonly column: string;
}

/** Every column of every table of ours. */
export function listCells(repository: string): Cell[] {
  return withConnection(repository, (connection) =>
    tablesOf(connection).flatMap((table) =>
      (connection.pragma(`table_info(${table})`) as { name: string }[]).map((column) => ({
        table,
        column: column.name,
      })),
    ),
  );
}

/** Replaces a value in the last row of its table that has one in this column. The table must have a row. */
export function forgeCell(repository: string, { table, column }: Cell, value: StoredValue): void {
  const tables = new Set([table, 'snapshot', 'examination', ...Object.keys(REMARKS)]);
  const originals = withConnection(repository, (connection) =>
    [...tables].map((name) => ({ name, sql: freeSchema(connection, name) })),
  );
  // A new connection reads the new schema.
  withConnection(repository, (connection) => {
    const key = KEYS[table] ?? 'rowid';
    const { changes } = connection
      .prepare(
        `UPDATE ${table} SET ${column} = ? WHERE ${key} =
           (SELECT ${key} FROM ${table} ORDER BY ${column} IS NULL, ${key} DESC LIMIT 1)`,
      )
      .run(value);
    if (changes === 0) throw new Error(`table '${table}' has no row`);
    // The digest of a digest's own column is what was asked for.
    if (column !== 'digest') forgeDigests(connection);
    if (table !== 'table_digest') sealTables(connection);
    for (const { name, sql } of originals) setSchema(connection, name, sql);
  });
}

/** Of the tables without row ids. */
const KEYS: Readonly<Record<string, string>> = {
  source_state: 'path',
  table_digest: 'name',
  tag: 'name',
};

function sealTables(connection: Database.Database): void {
  const digests = new TableDigests(connection, () =>
    Number(connection.pragma('user_version', { simple: true })),
  );
  digests.noteAll();
  digests.seal();
}

function tablesOf(connection: Database.Database): string[] {
  const rows = connection
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all() as { name: string }[];
  return rows.map(({ name }) => name);
}

function withConnection<T>(repository: string, use: (connection: Database.Database) => T): T {
  const connection = new Database(catalogFile(repository)).unsafeMode();
  try {
    connection.defaultSafeIntegers(true);
    connection.pragma('foreign_keys = OFF');
    connection.pragma('ignore_check_constraints = ON');
    return use(connection);
  } finally {
    connection.close();
  }
}

/** Takes types and constraints from a table of ours. @returns its schema */
function freeSchema(connection: Database.Database, table: string): string {
  const { sql } = connection.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(table) as {
    sql: string;
  };
  const free = sql
    .replaceAll(/(?<! IS) NOT NULL/g, '')
    .replaceAll(/ (?:INTEGER|TEXT|BLOB)(?! PRIMARY)/g, ' BLOB')
    .replace(') STRICT, WITHOUT', ') WITHOUT')
    .replace(/\) STRICT$/, ')');
  setSchema(connection, table, free);
  return sql;
}

/** Other connections see the new schema. */
function setSchema(connection: Database.Database, table: string, sql: string): void {
  connection.pragma('writable_schema = ON');
  connection.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?').run(sql, table);
  const version = connection.pragma('schema_version', { simple: true }) as bigint;
  connection.pragma(`schema_version = ${version + 1n}`);
  connection.pragma('writable_schema = OFF');
}

type Row = Record<string, StoredValue>;

/** The canonical form of docs/format.md, made from the values as they are stored. */
function forgeDigests(connection: Database.Database): void {
  const rows = (sql: string, ...values: readonly StoredValue[]): Row[] =>
    connection.prepare(sql).all(...values) as Row[];
  for (const row of rows(
    'SELECT snapshot.*, said FROM snapshot LEFT JOIN server ON server.snapshot = id',
  )) {
    const id = row['id'] ?? null;
    const versions = rows(
      `SELECT version.*, sha256, size FROM version LEFT JOIN content ON content.id = version.content
         WHERE first_snapshot <= ? AND (last_snapshot IS NULL OR last_snapshot >= ?) ORDER BY path`,
      id,
      id,
    );
    const digest = digestOf([
      'redis-rewind snapshot 1',
      ...pick(row, SNAPSHOT),
      ...(row['said'] === null ? [] : pick(row, ['said'])),
      ...versions.flatMap((version) => [
        ...pick(version, ['path']),
        TYPES.get(version['type'] ?? null) ?? null,
        ...pick(version, VERSION),
        version['flags'] === 1n ? 1 : 0,
      ]),
    ]);
    connection.prepare('UPDATE snapshot SET digest = ? WHERE id = ?').run(digest, id);
  }
  for (const row of rows(
    'SELECT examination.*, sha256, size FROM examination JOIN content ON content.id = content',
  )) {
    const digest = digestOf(['redis-rewind examination 1', ...pick(row, EXAMINATION)]);
    connection
      .prepare('UPDATE examination SET digest = ? WHERE content = ?')
      .run(digest, row['content']);
  }
  for (const [table, columns] of Object.entries(REMARKS)) {
    for (const row of rows(`SELECT * FROM ${table}`)) {
      const values = pick(row, columns);
      const where = columns.map((column) => `${column} IS ?`).join(' AND ');
      connection
        .prepare(`UPDATE ${table} SET digest = ? WHERE ${where}`)
        .run(digestOf([`redis-rewind ${table} 1`, ...values]), ...values);
    }
  }
}

const TYPES = new Map<StoredValue, string>([
  [1n, 'file'],
  [2n, 'directory'],
  [3n, 'symlink'],
]);

const SNAPSHOT =
  'id time host source program files source_bytes new_files changed_files deleted_files increment_bytes added_bytes notes'.split(
    ' ',
  );
const VERSION = 'mode uid gid owner_name group_name mtime_ns size sha256 link_target'.split(' ');
const EXAMINATION = ['size', 'sha256', 'loads', 'problem', 'found'];

const REMARKS: Readonly<Record<string, readonly string[]>> = {
  mark: ['snapshot', 'pinned', 'note'],
  tag: ['snapshot', 'name'],
  alarm: ['snapshot', 'reasons', 'confirmed_at'],
};

function pick(row: Row, columns: readonly string[]): StoredValue[] {
  return columns.map((column) => row[column] ?? null);
}

function digestOf(fields: readonly Field[]): Buffer {
  const hash = createHash('sha256');
  addFields(hash, fields);
  return hash.digest();
}
