// Where the fields of a SQLite database lie (https://www.sqlite.org/fileformat2.html): those of the header,
// and the values of each table. Only what a small catalog needs: no value that spills onto other pages.
import Database from 'better-sqlite3';

/** A field of the file: `bytes` from `start`. */
export interface Field {
  readonly name: string;
  readonly start: number;
  readonly bytes: number;
}

/** Start and name of each field of the header. */
const HEADER: readonly (readonly [number, string])[] = [
  [0, 'magic'],
  [16, 'page size'],
  [18, 'write version'],
  [19, 'read version'],
  [20, 'reserved bytes'],
  [21, 'maximum payload fraction'],
  [22, 'minimum payload fraction'],
  [23, 'leaf payload fraction'],
  [24, 'change counter'],
  [28, 'pages'],
  [32, 'first free page'],
  [36, 'free pages'],
  [40, 'schema cookie'],
  [44, 'schema format'],
  [48, 'cache size'],
  [52, 'largest root page'],
  [56, 'text encoding'],
  [60, 'user_version'],
  [64, 'incremental vacuum'],
  [68, 'application_id'],
  [72, 'reserved'],
  [92, 'version valid for'],
  [96, 'SQLite version'],
];
const HEADER_BYTES = 100;

export function headerFields(): Field[] {
  return HEADER.map(([start, name], index) => ({
    name: `header: ${name}`,
    start,
    bytes: (HEADER[index + 1]?.[0] ?? HEADER_BYTES) - start,
  }));
}

/** The type and the value of each cell of each table, and the key of each row that is not among the values. */
export function tableFields(file: Buffer): Field[] {
  const connection = new Database(file);
  const tables = connection
    .prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'")
    .all() as { name: string; rootpage: number }[];
  connection.close();
  const pageBytes = file.readUInt16BE(16);
  return tables.flatMap(({ name, rootpage }) =>
    [...leafPages(file, pageBytes, rootpage)].flatMap((page) => rowFields(file, page, name)),
  );
}

const INTERIOR_INDEX = 2;
const INTERIOR_TABLE = 5;
const LEAF_TABLE = 13;

/** Offsets of the pages with rows. The interior pages of a table WITHOUT ROWID have rows too; they are left out. */
function* leafPages(file: Buffer, pageBytes: number, number: number): Generator<number> {
  const page = (number - 1) * pageBytes;
  const type = file.readUInt8(page);
  if (type !== INTERIOR_TABLE && type !== INTERIOR_INDEX) {
    yield page;
    return;
  }
  for (const cell of cellsOf(file, page, 12)) {
    yield* leafPages(file, pageBytes, file.readUInt32BE(cell));
  }
  yield* leafPages(file, pageBytes, file.readUInt32BE(page + 8));
}

function cellsOf(file: Buffer, page: number, headerBytes: number): number[] {
  const count = file.readUInt16BE(page + 3);
  return Array.from(
    { length: count },
    (_, index) => page + file.readUInt16BE(page + headerBytes + 2 * index),
  );
}

function rowFields(file: Buffer, page: number, table: string): Field[] {
  return cellsOf(file, page, 8).flatMap((cell, row) => {
    const fields: Field[] = [];
    const add = (what: string, start: number, bytes: number): void => {
      if (bytes > 0) fields.push({ name: `${table} ${row}: ${what}`, start, bytes });
    };
    let at = varint(file, cell).end;
    if (file.readUInt8(page) === LEAF_TABLE) {
      const key = varint(file, at);
      add('key', at, key.end - at);
      at = key.end;
    }
    const header = varint(file, at);
    let value = at + header.value;
    for (let type = header.end, column = 0; type < at + header.value; column += 1) {
      const serial = varint(file, type);
      add(`type ${column}`, type, serial.end - type);
      add(`value ${column}`, value, bytesOf(serial.value));
      value += bytesOf(serial.value);
      type = serial.end;
    }
    return fields;
  });
}

function varint(file: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; ; at += 1) {
    const byte = file.readUInt8(at);
    value = value * 128 + (byte & 127);
    if (byte < 128) return { value, end: at + 1 };
  }
}

/** Of a value, by its serial type. */
function bytesOf(type: number): number {
  if (type >= 12) return (type - 12) >> 1;
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][type] ?? 0;
}
