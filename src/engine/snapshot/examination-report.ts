// What was found in a dump or in a file of an AOF, as `--json` prints it (docs/cli.md).
import type { VerdictKind } from '../../persistence/examine/verdict.js';

/** What was found in a dump or a file of an AOF while it was read. */
export interface ExaminationReport {
  readonly path: string;
  /** `dump`, or `log` for a file of an AOF, which may begin with a dump. */
  readonly kind: 'dump' | 'log';
  readonly verdict: VerdictKind;
  /**
   * Whether a server would load it, the last file of an AOF without the end that is not whole; null where
   * nobody can tell.
   */
  readonly loads: boolean | null;
  /** The same of a server with `sanitize-dump-payload yes`. */
  readonly sanitized: boolean | null;
  /** What is wrong or unknown, or null. */
  readonly problem: string | null;
  /** The number in the header of the dump; null where there is none. */
  readonly rdbVersion: number | null;
  /** Version of the server that wrote the dump, where it says so. */
  readonly serverVersion: string | null;
  readonly dumpTime: string | null;
  /** Of the dump; null where there is none. */
  readonly keys: number | null;
  readonly expiringKeys: number | null;
  readonly databases: readonly {
    readonly database: number;
    readonly keys: number;
    readonly expiringKeys: number;
    /** Of the keys and their values in the file. */
    readonly sizeBytes: number;
  }[];
  /** As the TYPE command has them. */
  readonly types: readonly {
    readonly type: string;
    readonly keys: number;
    readonly sizeBytes: number;
  }[];
  /** Values of the dump that were not looked into, or not to their end; null where there is none. */
  readonly skippedValues: number | null;
  /** Keys that were not compared with the others. */
  readonly skippedKeys: number | null;
  /** Of the AOF; null where there is none. */
  readonly commands: number | null;
  /** Of the timestamps in the AOF, where the server writes them. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
}
