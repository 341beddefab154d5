// What the benchmark has to know about a program: its commands, and where its repository is.
import path from 'node:path';

import type { Step } from '../commands/measure-process.js';

export type PeerName =
  | 'redis-rewind'
  | 'redis-rewind --no-examine'
  | 'cp'
  | 'rdiff-backup'
  | 'restic'
  | 'borg'
  | 'rdiff'
  | 'recipe'
  | 'tar | zstd -3 | age';

/** The program that is being measured, the same without its examination of dumps, and the yardstick. */
export const OURS: PeerName = 'redis-rewind';
export const UNEXAMINED: PeerName = 'redis-rewind --no-examine';
export const FLOOR: PeerName = 'cp';
/** What people type to get a server back, as a script. */
export const RECIPE: PeerName = 'recipe';

/** Programs of Debian in a pipe. */
export const STOCK_PIPE: PeerName = 'tar | zstd -3 | age';

export interface Peer {
  readonly name: PeerName;
  /** What `version` asks, and where in the answer the version is. */
  readonly versionStep: Step;
  readonly versionPattern: RegExp;
  /** `repository`: keeps a history. `copy`: copies files. `delta`: makes a reverse delta and no backups. */
  readonly kind: 'repository' | 'copy' | 'delta';
  /** Whether its repository holds the newest state as plain files, which are then not counted as added. */
  readonly hasMirror: boolean;
  /** The command that creates an empty repository, where there is one. The folder of the peer exists. */
  create(place: PeerPlace): readonly Step[];
  backup(place: PeerPlace, source: BackupSource): Step;
  /** Null where there is nothing to restore from. */
  restore(place: PeerPlace, wanted: RestoreWish): Step | null;
  /** Where below the destination the restored SOURCE is. */
  restoredRoot(destination: string, source: string): string;
  /** How it removes backups, where it keeps any. */
  readonly removal?: PeerRemoval;
}

export interface PeerRemoval {
  /** `named`: any backup can go. `oldest`: only the old end can be cut off, so as many of the oldest go. */
  readonly kind: 'named' | 'oldest';
  /** The command that removes backups and gives back their room. */
  remove(place: PeerPlace, wanted: RemovalWish): Step;
}

/** The folder of a peer. It holds everything that the peer keeps: copying it back undoes a backup. */
export interface PeerPlace {
  readonly directory: string;
}

export interface BackupSource {
  readonly directory: string;
  /** The one file of it that has grown or changed, relative to it. */
  readonly file: string;
  /** How many backups were made before this one. */
  readonly ordinal: number;
}

export interface RestoreWish {
  /** How many backups there are, and which of them is wanted, counted from 0. */
  readonly backups: number;
  readonly ordinal: number;
  /** An absolute path where nothing is yet. */
  readonly destination: string;
  /** A folder with what should come back. */
  readonly original: string;
  /** The one file in it that matters. */
  readonly file: string;
}

/** The backups, counted from 0, that stay and that go. */
export interface RemovalWish {
  readonly kept: readonly number[];
  readonly removed: readonly number[];
}

/** The repository proper; caches and keys are beside it. */
export function repositoryOf({ directory }: PeerPlace): string {
  return path.join(directory, 'repository');
}

/** A line for sh. Its arguments are $1, $2 and so on. */
export function shell(line: string, ...args: readonly string[]): Step {
  return { command: 'sh', args: ['-ec', line, 'sh', ...args] };
}

/** For callers that know that the program can restore. */
export function requireStep(step: Step | null): Step {
  if (step === null) throw new Error('a program without backups was asked to restore');
  return step;
}
