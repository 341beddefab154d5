// The rows of `owed_operation`: the operations that the last commit still owes the mirror, in order.
import { pathToBytes } from '../../system/files/byte-path.js';
import { CheckedRow } from './checked-row.js';
import type { OwedOperation } from '../records.js';
import type { Connection } from '../sqlite.js';
import type { TableDigests } from './table-digests.js';

/** The kinds, and whether an operation of the kind has a name in staging. */
const HAS_STAGED: Record<OwedOperation['kind'], boolean> = {
  retire: true,
  'make-directory': false,
  place: true,
  'remove-directory': false,
  'set-metadata': false,
  sync: false,
};

export class OwedOperationTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;

  constructor(connection: Connection, digests: TableDigests) {
    this.#connection = connection;
    this.#digests = digests;
  }

  list(): OwedOperation[] {
    return this.#connection
      .prepare<[], object>('SELECT * FROM owed_operation ORDER BY position')
      .all()
      .map(toOwedOperation);
  }

  replaceAll(operations: readonly OwedOperation[]): void {
    this.#digests.noteChange('owed_operation');
    this.#connection.prepare('DELETE FROM owed_operation').run();
    const insert = this.#connection.prepare(
      'INSERT INTO owed_operation (position, kind, path, staged) VALUES (?, ?, ?, ?)',
    );
    operations.forEach((operation, index) => {
      insert.run(index + 1, operation.kind, pathToBytes(operation.path), operation.staged);
    });
  }
}

function toOwedOperation(values: object): OwedOperation {
  const row = new CheckedRow('owed_operation', values);
  row.id('position');
  const kind = toKind(row);
  const staged = row.orNull('staged', () => row.text('staged'));
  if (HAS_STAGED[kind] !== (staged !== null)) {
    throw row.damaged('staged', HAS_STAGED[kind] ? 'a name in staging' : 'missing');
  }
  return { kind, path: row.path('path'), staged };
}

function toKind(row: CheckedRow): OwedOperation['kind'] {
  const word = row.text('kind');
  if (Object.hasOwn(HAS_STAGED, word)) return word as OwedOperation['kind'];
  throw row.damaged('kind', 'a kind of operation');
}
