// The reports of `remote`: the objects that `--json` prints (docs/cli.md). Times are ISO 8601 in UTC, sizes are bytes.
import type { GoReason, StayReason } from '../keep/plan-removal.js';
import type { Note } from '../run/notes.js';

export interface RemoteListReport {
  /** The store, without the name of an archive. */
  readonly target: string;
  readonly archives: readonly RemoteArchive[];
}

/** What a store says of an archive without any key. */
export interface RemoteArchive {
  readonly name: string;
  readonly bytes: number;
  /** By the store's clock. */
  readonly stored: string;
  /** From the headers, or else from the name; null where neither says it. */
  readonly snapshot: { readonly id: number; readonly time: string } | null;
  /** The machine that the snapshot was taken on; null where there are no headers, as in a file. */
  readonly host: string | null;
  readonly repositoryId: string | null;
  readonly program: string | null;
  readonly sha256: string | null;
}

export interface RemoteRemovalReport {
  readonly target: string;
  readonly dryRun: boolean;
  readonly archives: readonly DecidedArchive[];
  readonly removed: number;
  readonly kept: number;
  /** The sum of the sizes of what was removed, or would be. */
  readonly freedBytes: number;
  readonly elapsedMs: number;
  readonly notes: readonly Note[];
}

export interface DecidedArchive extends RemoteArchive {
  readonly goes: boolean;
  readonly reasons: readonly (StayReason | GoReason | UnknownReason)[];
}

/** Nothing says of which snapshot it is, so no rule removes it. */
export interface UnknownReason {
  readonly kind: 'unknown';
}

export interface RemoteVerifyReport {
  readonly target: string;
  readonly archives: readonly VerifiedArchive[];
  /** How many archives have a problem. */
  readonly damaged: number;
  readonly bytesRead: number;
  readonly elapsedMs: number;
  readonly notes: readonly Note[];
}

export interface VerifiedArchive extends RemoteArchive {
  /**
   * `all`: every byte was read and every digest compared. `stored`: what the store says of it, and a sample of its bytes. `read`: in
   * a folder, which keeps no checksums, it was read and compared with nothing.
   */
  readonly checked: 'all' | 'stored' | 'read';
  /** What is wrong with it, for people. */
  readonly problems: readonly string[];
}
