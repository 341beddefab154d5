// The rows of `owed_operation`: the operations that the last commit still owes the mirror, in order.
import { pathFromBytes, pathToBytes } from '../system/files/byte-path.js';
import type { OwedOperation } from './records.js';
import type { Connection } from './sqlite.js';

interface Row {
  readonly kind: string;
  readonly path: Buffer;
  readonly staged: string | null;
}

export class OwedOperationTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  list(): OwedOperation[] {
    return this.#connection
      .prepare<[], Row>('SELECT kind, path, staged FROM owed_operation ORDER BY position')
      .all()
      .map((row) => ({
        kind: row.kind as OwedOperation['kind'],
        path: pathFromBytes(row.path),
        staged: row.staged,
      }));
  }

  replaceAll(operations: readonly OwedOperation[]): void {
    this.#connection.prepare('DELETE FROM owed_operation').run();
    const insert = this.#connection.prepare(
      'INSERT INTO owed_operation (position, kind, path, staged) VALUES (?, ?, ?, ?)',
    );
    operations.forEach((operation, index) => {
      insert.run(index + 1, operation.kind, pathToBytes(operation.path), operation.staged);
    });
  }
}
