// The records of keys that a walk finds, in the order of the file. They are columns over the engine's
// memory (wasm/rdb/rdb-batch.ts), so that no object is made for each key.
import type { RdbEngine } from './rdb-exports.js';

/**
 * Some records, one a row. Only rows below `count` mean anything. A record lies in the file from
 * `recordAt` to `endAt`. It begins with its expiry, idle time or frequency if it has one. Then come its
 * type byte at `typeAt`, its key right after that, and its value at `valueAt`.
 */
export interface RdbRecordBatch {
  readonly count: number;
  readonly recordAt: Float64Array;
  readonly typeAt: Float64Array;
  readonly valueAt: Float64Array;
  readonly endAt: Float64Array;
  /** When the key expires, in milliseconds since 1970; -1 if it does not. */
  readonly expiresAtMs: Float64Array;
  /** Hash of the key as it stands in the file, and of the number of its database. */
  readonly keyHash: BigUint64Array;
  readonly database: Uint32Array;
  readonly type: Uint8Array;
}

/** Makes a column of `rows` numbers that begin at `at`. */
export type MakeColumn<T> = new (memory: ArrayBuffer, at: number, rows: number) => T;

/** The columns of the engine's walk. */
export class RecordColumns {
  readonly #columns: Omit<RdbRecordBatch, 'count'>;

  /** @param engine its walk must be open; its memory must not grow while the columns are used */
  constructor({ exports, view }: RdbEngine) {
    const rows = exports.rdbBatchCapacity();
    const column = <T>(Column: MakeColumn<T>, index: number, width: number): T => {
      const at = exports.rdbColumn(index);
      return new Column(view(at, rows * width).buffer as ArrayBuffer, at, rows);
    };
    this.#columns = {
      recordAt: column(Float64Array, 0, 8),
      typeAt: column(Float64Array, 1, 8),
      valueAt: column(Float64Array, 2, 8),
      endAt: column(Float64Array, 3, 8),
      expiresAtMs: column(Float64Array, 4, 8),
      keyHash: column(BigUint64Array, 5, 8),
      database: column(Uint32Array, 6, 4),
      type: column(Uint8Array, 7, 1),
    };
  }

  /** The first `count` rows. */
  batch(count: number): RdbRecordBatch {
    return { count, ...this.#columns };
  }
}
