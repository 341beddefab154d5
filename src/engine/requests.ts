// What the use cases are asked for, after the command line has been read.
import type { SentinelOptions } from '../redis/sentinel-place.js';
import type { ServerOptions } from '../redis/server-address.js';
import type { BytePath } from '../system/byte-path.js';
import type { Secret } from '../system/secret.js';
import type { WatchPace } from './watch-schedule.js';

/** One rule of what is left out of a backup; rules are tried in the order given. */
export interface PathRule {
  readonly kind: 'include' | 'exclude';
  /** A glob; docs/cli.md has its grammar. */
  readonly pattern: string;
}

/** Sentinels that are asked where the server is. */
export interface SentinelRequest extends Omit<SentinelOptions, 'password'> {
  /** A file with their password in its first line, or null. */
  readonly passFile: BytePath | null;
}

/** A server to be backed up: where it is, and what it is asked to do. */
export interface ServerRequest extends ServerOptions {
  /** Who is asked where the server is; null where the options say it. */
  readonly sentinel: SentinelRequest | null;
  /** A file with the password in its first line, or null. */
  readonly passFile: BytePath | null;
  /** REDISCLI_AUTH, for where the options give no password. */
  readonly environmentPassword: Secret | null;
  /** The server's configuration file, for where CONFIG GET may not be used. */
  readonly configuration: BytePath | null;
  /** How it is to save, as it was typed: `auto`, `bgsave`, `save` or `none`. */
  readonly save: string;
  /** How long to wait in all until it has loaded its data, and saved. */
  readonly waitTimeoutMs: number;
  /** Leave the dump of a server that persists nothing in its directory. */
  readonly keepDump: boolean;
}

export interface BackupRequest {
  /** Null where the server is to be asked. */
  readonly source: BytePath | null;
  /** Null where no server is to be contacted. */
  readonly server: ServerRequest | null;
  readonly repository: BytePath;
  /** Make the repository where there is none; otherwise that is an error. */
  readonly create: boolean;
  /** Paths outside SOURCE that belong with it, such as /etc/redis/redis.conf. */
  readonly also: readonly BytePath[];
  readonly rules: readonly PathRule[];
  /** Go on although SOURCE or the host is another one, or SOURCE has become empty. */
  readonly force: boolean;
  /** Read every file, also those whose stat has not changed. */
  readonly rehash: boolean;
  /** Find out of each dump and AOF that is read whether a server would load it, and what it holds. */
  readonly examine: boolean;
  /** The most memory for finding moved content; null leaves it to the delta engine. */
  readonly memoryBytes: number | null;
  /** How long to wait for another writer; 0 not at all. */
  readonly waitLockMs: number;
}

export interface WatchRequest {
  /** What each snapshot asks for; of the server nothing is asked but what it says of itself. */
  readonly backup: BackupRequest;
  readonly pace: WatchPace;
}

export interface RestoreRequest {
  /** REPO or REPO/PATH as it was typed; the repository in it is found by its catalog. */
  readonly repositoryPath: string;
  /** TIME as it was typed. */
  readonly time: string;
  readonly destination: BytePath;
  /** Replace files that are there. */
  readonly force: boolean;
  /** `--chown`: NAME:NAME or numbers as typed; null keeps the recorded numbers. */
  readonly owner: string | null;
}

export interface ListRequest {
  readonly repository: BytePath;
}

export interface SnapshotRequest extends ListRequest {
  /** TIME as it was typed. */
  readonly time: string;
}

/** How much a verification looks at. */
export type VerifyMode =
  /** Every byte. */
  | { readonly kind: 'full' }
  /** Names, sizes and the catalog: no file of the mirror and no increment is read. */
  | { readonly kind: 'quick' }
  /** A part of the contents, chosen by chance. */
  | { readonly kind: 'sample'; readonly percent: number }
  /** As much as the time allows, going on where the last such run stopped. */
  | { readonly kind: 'timed'; readonly maxDurationMs: number };

export interface VerifyRequest extends ListRequest {
  /** TIME as it was typed; null for every snapshot. */
  readonly time: string | null;
  /** Left out: every byte. */
  readonly mode?: VerifyMode;
}

export interface RepairRequest extends ListRequest {
  /** Where the files of the mirror may be found again; null for nowhere. */
  readonly source: BytePath | null;
  /** How long to wait for another writer; 0 not at all. */
  readonly waitLockMs: number;
}
