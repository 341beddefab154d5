// Records of keys as the walk finds them, in the order of the file: columns over the engine's memory
// (wasm/rdb/rdb-batch.ts), so that nothing is made for each key. Only rows below `count` mean anything.
import type { RdbEngine } from './rdb-exports.js';

/**
 * Some records, one a row. A record lies in the file from `recordAt` (its expiry, idle time or
 * frequency where it has one, else its type byte) up to `endAt`; its type byte at `typeAt`, its key
 * right after that, its value at `valueAt`.
 */
export interface RdbRecordBatch {
  readonly count: number;
  readonly recordAt: Float64Array;
  readonly typeAt: Float64Array;
  readonly valueAt: Float64Array;
  readonly endAt: Float64Array;
  /** Unix time in milliseconds; -1 where the key does not expire. */
  readonly expiresAtMs: Float64Array;
  /** Hash of the key as it stands in the file, and of the database's number. */
  readonly keyHash: BigUint64Array;
  readonly database: Uint32Array;
  readonly type: Uint8Array;
}

/** The columns of the engine's walk, to be cut to the records that are there. */
export class RecordColumns {
  readonly #columns: Omit<RdbRecordBatch, 'count'>;

  /** @param engine its walk must be open; its memory must not grow while these are used */
  constructor({ exports, view }: RdbEngine) {
    const rows = exports.rdbBatchCapacity();
    const bytes = (column: number, width: number): [ArrayBuffer, number, number] => {
      const at = exports.rdbColumn(column);
      return [view(at, rows * width).buffer as ArrayBuffer, at, rows];
    };
    this.#columns = {
      recordAt: new Float64Array(...bytes(0, 8)),
      typeAt: new Float64Array(...bytes(1, 8)),
      valueAt: new Float64Array(...bytes(2, 8)),
      endAt: new Float64Array(...bytes(3, 8)),
      expiresAtMs: new Float64Array(...bytes(4, 8)),
      keyHash: new BigUint64Array(...bytes(5, 8)),
      database: new Uint32Array(...bytes(6, 4)),
      type: new Uint8Array(...bytes(7, 1)),
    };
  }

  /** The first `count` rows. */
  batch(count: number): RdbRecordBatch {
    return { count, ...this.#columns };
  }
}
