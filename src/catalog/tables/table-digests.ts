// The SHA-256 of each whole table that no other digest covers (docs/format.md, "The digest of a table"). Each
// transaction that changes such a table writes its digest anew. So the rows must have had their digests
// before: a writer checks all digests when it opens the catalog, and damage is never sealed.
import { createHash } from 'node:crypto';
import { addFields } from './canonical-fields.js';
import { CheckedRow } from './checked-row.js';
import type { Connection } from '../sqlite.js';

/** The tables, and the columns of each in the order of its statement, with their types. The first one is the key, or begins it. */
const COLUMNS = {
  alarm: {
    snapshot: 'integer',
    reasons: 'text',
    confirmed_at: 'integer',
    digest: 'blob',
  },
  content_check: {
    content: 'integer',
    checked_at: 'integer',
    whole: 'integer',
  },
  examination: {
    content: 'integer',
    loads: 'integer',
    problem: 'text',
    found: 'text',
    digest: 'blob',
  },
  increment: {
    id: 'integer',
    kind: 'integer',
    result: 'integer',
    basis: 'integer',
    result_sha256: 'blob',
    result_size: 'integer',
    plain_bytes: 'integer',
    stored_bytes: 'integer',
    stored_sha256: 'blob',
  },
  mark: {
    snapshot: 'integer',
    pinned: 'integer',
    note: 'text',
    digest: 'blob',
  },
  owed_operation: {
    position: 'integer',
    kind: 'text',
    path: 'blob',
    staged: 'text',
  },
  repository: {
    id: 'integer',
    uuid: 'text',
    created_at: 'integer',
    generation: 'integer',
  },
  server: {
    snapshot: 'integer',
    said: 'text',
  },
  snapshot: {
    id: 'integer',
    time: 'integer',
    host: 'text',
    source: 'blob',
    program: 'text',
    files: 'integer',
    source_bytes: 'integer',
    new_files: 'integer',
    changed_files: 'integer',
    deleted_files: 'integer',
    increment_bytes: 'integer',
    added_bytes: 'integer',
    notes: 'text',
    digest: 'blob',
  },
  source_state: {
    path: 'blob',
    device: 'integer',
    inode: 'integer',
    size: 'integer',
    mtime_ns: 'integer',
    ctime_ns: 'integer',
    settled: 'integer',
  },
  sqlite_sequence: {
    name: 'text',
    seq: 'integer',
  },
  tag: {
    snapshot: 'integer',
    name: 'text',
    digest: 'blob',
  },
  verification: {
    id: 'integer',
    mode: 'text',
    snapshot: 'integer',
    round_started_at: 'integer',
    started_at: 'integer',
    finished_at: 'integer',
    problems: 'integer',
    contents: 'integer',
    bytes: 'integer',
    contents_left: 'integer',
    bytes_left: 'integer',
  },
} as const;

export type DigestedTable = keyof typeof COLUMNS;

const TABLES = Object.keys(COLUMNS) as DigestedTable[];

/** From which format on a table is there, if not from the first one with digests on. */
const SINCE: Partial<Record<DigestedTable, number>> = { alarm: 5, mark: 5, tag: 5 };

/** Formats before this one have no digests of tables. */
const FIRST_FORMAT = 4;

/** The tables that say what snapshots there are. */
export const SNAPSHOT_TABLES: readonly DigestedTable[] = ['snapshot', 'server'];

export class TableDigests {
  readonly #connection: Connection;
  readonly #format: () => number;
  /** The tables that the present transaction has changed. */
  readonly #changed = new Set<DigestedTable>();

  /** @param format the catalog's format; where it has no digests of tables, nothing is done */
  constructor(connection: Connection, format: () => number) {
    this.#connection = connection;
    this.#format = format;
  }

  /** To be called with each change of a row. */
  noteChange(table: DigestedTable): void {
    this.#changed.add(table);
  }

  noteAll(): void {
    for (const table of this.#tables()) this.#changed.add(table);
  }

  /** Writes the digests of the tables that were changed. Called at the end of the transaction. */
  seal(): void {
    if (this.#format() < FIRST_FORMAT) return;
    const put = this.#connection.prepare(
      'INSERT OR REPLACE INTO table_digest (name, digest) VALUES (?, ?)',
    );
    for (const table of this.#changed) put.run(table, this.#digestOf(table));
    this.forget();
  }

  /** Called when the transaction has failed. */
  forget(): void {
    this.#changed.clear();
  }

  /** The tables whose rows do not have their digest, in alphabetical order. */
  listDamaged(tables: readonly DigestedTable[] = TABLES): string[] {
    if (this.#format() < FIRST_FORMAT) return [];
    const written = this.#written();
    const own = this.#tables();
    const damaged = tables.filter(
      (table) => own.includes(table) && !written.get(table)?.equals(this.#digestOf(table)),
    );
    const foreign = [...written.keys()].filter((name) => !own.some((table) => table === name));
    return foreign.length > 0 ? [...damaged, 'table_digest'] : damaged;
  }

  /** Those of the catalog's format. */
  #tables(): DigestedTable[] {
    const format = this.#format();
    return TABLES.filter((table) => (SINCE[table] ?? FIRST_FORMAT) <= format);
  }

  #written(): Map<string, Buffer> {
    return new Map(
      this.#connection
        .prepare<[], object>('SELECT * FROM table_digest')
        .all()
        .map((values) => {
          const row = new CheckedRow('table_digest', values);
          return [row.text('name'), row.digest('digest')];
        }),
    );
  }

  #digestOf(table: DigestedTable): Buffer {
    const hash = createHash('sha256');
    addFields(hash, ['redis-rewind table 1', table]);
    for (const bytes of this.#rowsOf(table)) hash.update(bytes);
    return hash.digest();
  }

  /** All rows in order, in pieces of any length. */
  #rowsOf(table: DigestedTable): Iterable<Uint8Array> {
    const columns = Object.entries<string>(COLUMNS[table]);
    const key = table === 'tag' ? 'snapshot, name' : (columns[0]?.[0] ?? '');
    const row = columns.map(netstring).join(' || ');
    const rows = this.#isSmall()
      ? `SELECT CAST(ifnull(group_concat(text, ''), '') AS BLOB)
         FROM (SELECT ${row} AS text FROM ${table} ORDER BY ${key})`
      : `SELECT CAST(${row} AS BLOB) FROM ${table} ORDER BY ${key}`;
    return this.#connection.prepare<[], Uint8Array>(rows).pluck().iterate();
  }

  #isSmall(): boolean {
    const [pages, pageBytes] = ['page_count', 'page_size'].map((name) =>
      Number(this.#connection.pragma(name, { simple: true })),
    );
    return (pages ?? 0) * (pageBytes ?? 0) <= MOST_JOINED_BYTES;
  }
}

/** Of a catalog up to this size SQLite joins the rows of a table in memory, which takes half the time. */
const MOST_JOINED_BYTES = 64 * 2 ** 20;

/**
 * As addFields has it, made by SQLite: a table may have very many rows. A flipped bit can make a BLOB of a text
 * with the same bytes. A value that is not of its type is written as no other value is.
 */
function netstring([column, type]: readonly [string, string]): string {
  return `CASE typeof(${column}) WHEN '${type}' THEN octet_length(${column}) || ':' || ${column} || ','
    WHEN 'null' THEN '-,' ELSE '?,' END`;
}
