// What a walk finds out about an RDB: its format, what it holds, whether its checksum is right, and how
// far it was understood.
import type { RdbFormat } from './rdb-format.js';
import type { RdbStop } from './stop-reasons.js';
import type { RdbValueFaults } from './value-faults.js';
import type { ValueType } from './value-types.js';

export interface RdbDatabaseTotals {
  readonly database: number;
  readonly keys: number;
  readonly expiringKeys: number;
  /** Length of the keys' records in the file. */
  readonly sizeBytes: number;
}

export interface RdbTypeTotals extends ValueType {
  /** The type byte. */
  readonly type: number;
  readonly keys: number;
  readonly sizeBytes: number;
}

/**
 * If the walk stopped, a checksum that is right is looked for in all that follows. `wrong`: there is none.
 * `absent`: the server was told to write no checksum, or the version has none. `unverified`: nobody asked
 * for it, or the file ends before it.
 */
export type RdbChecksum = 'ok' | 'wrong' | 'absent' | 'unverified';

export type RdbEnd =
  | {
      readonly kind: 'complete';
      /** Length of the RDB, including its checksum. */
      readonly sizeBytes: number;
      /** Bytes that follow the RDB in the file: the commands of an AOF that begins with it. */
      readonly trailingBytes: number;
    }
  | ({ readonly kind: 'stopped' } & RdbStop);

/** If the walk stopped, all of this is about what came before. */
export interface RdbWalk {
  /** Null if the file does not begin as an RDB does. */
  readonly format: RdbFormat | null;
  readonly keys: number;
  readonly expiringKeys: number;
  /** By ascending number. Only databases that hold keys, and of more than 12,288 the first in the file. */
  readonly databases: readonly RdbDatabaseTotals[];
  /** By ascending type byte. Only types that occur. */
  readonly types: readonly RdbTypeTotals[];
  /** What the server noted: redis-ver, ctime, used-mem and others. The last one of each name. */
  readonly auxFields: ReadonlyMap<string, string>;
  /** How many aux fields are missing here: damaged, longer than 1 KiB, or beyond 16 KiB in all. */
  readonly auxFieldsOmitted: number;
  readonly functionLibraries: number;
  /** How many fields modules have written outside of keys. */
  readonly moduleFields: number;
  readonly checksum: RdbChecksum;
  /** Looked for only with the checksum. */
  readonly faults: RdbValueFaults;
  readonly end: RdbEnd;
}
