// What a recovery will do, as a value. It is shown before anything is changed, and `--dry-run` ends there.
import type { StartPlan, StopPlan } from '../../../redis/control/supervision.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import type { Note } from '../../run/notes.js';
import type { DatabaseKeys } from './snapshot-data.js';

export interface RecoveryPlan {
  readonly choice: Choice;
  readonly files: FilesPlan;
  readonly aside: AsidePlan;
  readonly stop: StopPlan;
  readonly start: StartPlan;
  readonly expected: ExpectedKeys;
  /** What a person should know before saying yes. None of them stops the recovery. */
  readonly notes: readonly Note[];
}

/** What of the snapshot is loaded, and why. */
export interface Choice {
  readonly kind: 'rdb' | 'aof';
  readonly why:
    /** `--use` says so. */
    | 'asked'
    /** The server of the snapshot had its AOF on, or off. */
    | 'recorded'
    /** It was written last. */
    | 'newer'
    /** The snapshot has nothing else. */
    | 'only'
    /** No server loads the AOF. */
    | 'aof-broken'
    /** The server has its AOF off, and the dump was saved for this snapshot or is as new as the AOF. */
    | 'aof-off';
}

export type Protocol =
  /** The AOF is off: the dump gets its own name. */
  | 'rdb-plain'
  /** From 7.0 on: the dump becomes the base of a new AOF, and the server adds to it from its first start on. */
  | 'rdb-as-base'
  /** 4.0 to 6.2: the AOF is one file, which may begin with a dump. */
  | 'rdb-as-preamble'
  /** Before 4.0: started with its AOF off, which is switched on once the dump is loaded. */
  | 'classic'
  /** A manifest and the files that it names. */
  | 'aof-set'
  /** An AOF of one file. From 7.0 on the server makes it the base of a set. */
  | 'aof-log';

export interface FilesPlan {
  readonly protocol: Protocol;
  /** Files of the snapshot, in the order in which they are placed. */
  readonly placed: readonly PlacedFile[];
  /** A manifest that is written and not restored; null where there is none. It is placed last. */
  readonly manifest: WrittenFile | null;
}

export interface PlacedFile {
  /** In the snapshot. */
  readonly from: BytePath;
  /** Below the server's directory. */
  readonly to: BytePath;
}

export interface WrittenFile {
  /** Below the server's directory. */
  readonly to: BytePath;
  readonly bytes: Buffer;
}

/** What the server would load or write over is moved, never deleted. */
export interface AsidePlan {
  /** Absolute. It is made for this recovery alone. */
  readonly folder: BytePath;
  /** Whether it is within the server's directory. */
  readonly isWithin: boolean;
  /** In the server's directory; those that are there. */
  readonly names: readonly BytePath[];
  /** All names in it that the server loads or writes, whether or not they are there. */
  readonly data: readonly BytePath[];
}

export interface ExpectedKeys {
  /** Null where the number is known only after loading: commands of an AOF are part of it. */
  readonly databases: readonly DatabaseKeys[] | null;
  /** The file in which they were counted; null where they are not known. */
  readonly countedIn: BytePath | null;
  /** How many of the keys have a time to live that has passed since the snapshot; null where that was not counted. */
  readonly expired: number | null;
  /** How many of the keys may be gone because their time to live has passed; null where that is not known. */
  readonly expiredMost: number | null;
}
