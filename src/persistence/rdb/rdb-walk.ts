// What a walk through an RDB says of the file: its format, what it holds, whether its checksum is
// right, and how far it could be understood.
import type { RdbFormat } from './rdb-format.js';
import type { RdbStop } from './stop-reasons.js';
import type { ValueType } from './value-types.js';

export interface RdbDatabaseTotals {
  readonly database: number;
  readonly keys: number;
  readonly expiringKeys: number;
  /** Of the keys' records in the file. */
  readonly sizeBytes: number;
}

export interface RdbTypeTotals extends ValueType {
  /** The type byte. */
  readonly type: number;
  readonly keys: number;
  readonly sizeBytes: number;
}

/**
 * `absent`: the server was told to write none, or the version has none. `unverified`: it was not
 * asked for, or the walk stopped and what should be the checksum does not match.
 */
export type RdbChecksum = 'ok' | 'wrong' | 'absent' | 'unverified';

export type RdbEnd =
  | {
      readonly kind: 'complete';
      /** Length of the RDB, its checksum included. */
      readonly sizeBytes: number;
      /** What follows it in the file: commands, where it is the preamble of an AOF. */
      readonly trailingBytes: number;
    }
  | ({ readonly kind: 'stopped' } & RdbStop);

/** Where the walk stopped, everything counts what came before. */
export interface RdbWalk {
  /** Null where the file does not begin as an RDB does. */
  readonly format: RdbFormat | null;
  readonly keys: number;
  readonly expiringKeys: number;
  /** By ascending number; only databases that hold keys. */
  readonly databases: readonly RdbDatabaseTotals[];
  /** By ascending type byte; only types that occur. */
  readonly types: readonly RdbTypeTotals[];
  /** What the server noted: redis-ver, ctime, used-mem and others. Of a name that occurs twice, the last. */
  readonly auxFields: ReadonlyMap<string, string>;
  /** Aux fields that are not among them: damaged, above 1 KiB, or beyond 16 KiB of them. */
  readonly auxFieldsOmitted: number;
  readonly functionLibraries: number;
  /** Fields that modules have written outside of keys. */
  readonly moduleFields: number;
  readonly checksum: RdbChecksum;
  readonly end: RdbEnd;
}
