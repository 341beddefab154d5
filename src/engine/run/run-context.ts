// What every use case is given: the machine that it runs on, and whom it tells of its progress.
import type { FileSystem } from '../../system/files/file-system.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { Clock } from '../../system/time/clock.js';

/** Where a run has got to. `doneBytes` never exceeds `totalBytes` within one phase. */
export interface ProgressEvent {
  readonly phase:
    /** For Sentinels to end a failover; counts nothing. */
    | 'waiting for a failover'
    /** For a server or a Sentinel, which `path` names, to answer. Counts nothing. */
    | 'waiting for'
    | 'loading'
    /** Counts keys, not bytes. */
    | 'saving'
    /** A server writes its AOF anew. Counts keys, not bytes. */
    | 'rewriting'
    | 'scanning'
    | 'copying'
    | 'syncing'
    | 'comparing'
    /** The last steps of a backup or an export; counts nothing. */
    | 'finishing'
    | 'proving'
    | 'restoring'
    /** An archive that a recovery reads before it plans. */
    | 'fetching'
    | 'verifying'
    /** Increments of a removal; counts their bytes. */
    | 'composing'
    /** Archives of a store; counts their bytes. */
    | 'removing'
    /** A snapshot on its way into an archive. */
    | 'exporting';
  /** The path being worked on, as shown to people; null where the phase has none. */
  readonly path: string | null;
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** How much of the whole run is done, from 0 to 1. Where it is left out, the phase is the whole. */
  readonly share?: number;
}

export interface RunContext {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly hostName: string;
  /** Name and version of this program, such as `redis-rewind 0.1.0`; kept with each snapshot. */
  readonly program: string;
  readonly processId: number;
  /** The numeric user and group that this process acts as. */
  readonly uid: number;
  readonly gid: number;
  readonly checkpoint: Checkpoint;
  /** Aborts when the run is to end, so that waiting stops; the reason is an InterruptedError. */
  readonly stopping: AbortSignal;
  readonly onProgress: (event: ProgressEvent) => void;
}
