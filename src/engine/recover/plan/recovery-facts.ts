// Everything that a recovery is planned from, found before anything is changed. Values alone.
import type { ServerVersion } from '../../../persistence/rdb/loadable-versions.js';
import type { Supervision } from '../../../redis/control/supervision.js';
import type { BytePath } from '../../../system/files/byte-path.js';
import type { SnapshotData } from './snapshot-data.js';

export interface RecoveryFacts {
  readonly target: TargetFacts;
  readonly data: SnapshotData;
  /** `--use` */
  readonly use: 'rdb' | 'aof' | 'auto';
  /** Of the keys that are loaded; null where they were not counted. */
  readonly expired: number | null;
}

/** The server that is to be recovered, and the directory that it works in. */
export interface TargetFacts {
  /** Real path. */
  readonly directory: BytePath;
  /** What stands in it; empty where it does not exist. */
  readonly names: readonly BytePath[];
  /** Whether files can be moved from it into a folder beside it: not where it is a mount point, or the folder above is not ours. */
  readonly isMovableOut: boolean;
  readonly settings: TargetSettings;
  /** Null where it is not known. */
  readonly version: ServerVersion | null;
  /** Null where no server runs. */
  readonly running: RunningServer | null;
  readonly supervision: Supervision;
  /** The configuration file with which it is started; null where none is known. */
  readonly configuration: BytePath | null;
}

export interface TargetSettings {
  /** `dbfilename` */
  readonly dumpName: BytePath;
  /** `appendfilename` */
  readonly aofName: BytePath;
  /** `appenddirname`; null where the AOF is a single file, as before 7.0. */
  readonly aofFolder: BytePath | null;
  /** `appendonly`, as the next start reads it; null where it is not known. */
  readonly isAofOn: boolean | null;
  /** `directory`: nobody says them. They are those of Redis itself, with what stands in the directory. */
  readonly knownFrom: 'server' | 'file' | 'directory';
}

export interface RunningServer {
  readonly processId: number;
  /** Where it answers, for messages; null where it was found by its directory and not asked. */
  readonly address: string | null;
  readonly role: 'primary' | 'replica';
  /** Of a replica: the address of its primary. */
  readonly primary: string | null;
  /** How many replicas are connected to it. */
  readonly replicas: number;
  /** Whether Sentinels watch it. */
  readonly isWatched: boolean;
  readonly isCluster: boolean;
  /** How often its data was changed since its dump was saved; null where it was not asked. */
  readonly unsavedChanges: number | null;
  /** Names of settings that it would not have after its next start. */
  readonly otherAtStart: readonly string[];
}
