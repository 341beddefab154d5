// Reads one row of a table, and checks each value: its type, its range, and that it is there. A repository
// may come from elsewhere, and in a damaged database a column may hold a value of any type, even in a
// STRICT table. So no other code reads values of rows, and records.ts holds for whatever a file says.
import { CorruptError } from '../../errors.js';
import { type BytePath, pathFromBytes } from '../../system/files/byte-path.js';

export const DIGEST_BYTES = 32;

/** What a Date can hold before and after 1970, less a day, so that every zone can show the moment. */
const MOST_SECONDS = 8_640_000_000_000 - 86_400;

const HINT = "'redis-rewind verify REPO' shows what is damaged";

export class CheckedRow {
  readonly #table: string;
  readonly #values: Readonly<Record<string, unknown>>;

  /** @param row as better-sqlite3 returns it, integers as bigints. Its first column names it in errors. */
  constructor(table: string, row: object) {
    this.#table = table;
    this.#values = row as Record<string, unknown>;
  }

  /** An integer from `least` to `most`, both safe integers. */
  integer(column: string, least: number, most: number): number {
    const value = this.#values[column];
    if (typeof value === 'bigint' && value >= least && value <= most) return Number(value);
    throw this.damaged(column, `a number from ${least} to ${most}`);
  }

  /** 0 or more, exact. */
  count(column: string): number {
    return this.integer(column, 0, Number.MAX_SAFE_INTEGER);
  }

  /** 1 or more, exact. */
  id(column: string): number {
    return this.integer(column, 1, Number.MAX_SAFE_INTEGER);
  }

  /** Whole seconds since 1970, of a moment that every calendar can show. */
  seconds(column: string): number {
    return this.integer(column, -MOST_SECONDS, MOST_SECONDS);
  }

  /** Kept as 1 and 0. */
  flag(column: string): boolean {
    return this.integer(column, 0, 1) === 1;
  }

  /** Any integer of 64 bits. */
  bigint(column: string): bigint {
    const value = this.#values[column];
    if (typeof value === 'bigint') return value;
    throw this.damaged(column, 'a number');
  }

  text(column: string): string {
    const value = this.#values[column];
    if (typeof value === 'string') return value;
    throw this.damaged(column, 'text');
  }

  path(column: string): BytePath {
    const value = this.#values[column];
    if (Buffer.isBuffer(value)) return pathFromBytes(value);
    throw this.damaged(column, 'bytes');
  }

  digest(column: string): Buffer {
    const value = this.#values[column];
    if (Buffer.isBuffer(value) && value.length === DIGEST_BYTES) return value;
    throw this.damaged(column, `${DIGEST_BYTES} bytes`);
  }

  /** Null where the column is NULL, else what `read` returns. */
  orNull<T>(column: string, read: (row: this) => T): T | null {
    return this.#values[column] === null ? null : read(this);
  }

  /** @param wanted what the column should hold */
  damaged(column: string, wanted: string): CorruptError {
    const [key = ''] = Object.keys(this.#values);
    const row = `${key} ${describe(this.#values[key])}`;
    const found = describe(this.#values[column]);
    return new CorruptError(
      `the catalog is damaged: '${column}' in table '${this.#table}' (${row}) is ${found}, not ${wanted}`,
      { hint: HINT },
    );
  }
}

/** Text and bytes are not quoted: they may be of any length and hold anything. */
function describe(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  if (value === null || value === undefined) return 'missing';
  if (Buffer.isBuffer(value)) return `bytes (${value.length} of them)`;
  return 'text';
}
