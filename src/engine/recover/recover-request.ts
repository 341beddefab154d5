// What `recover` is asked to do, as it was typed.
import type { OpeningRequest, TargetRequest } from '../archive/archive-request.js';
import type { ServerRequest } from '../server/server-request.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { RecoveryPreview } from './recover-report.js';
import type { UserFolders } from './journal/recovery-place.js';

/** A snapshot of the repository. */
export interface RecoveredFromRepository {
  readonly kind: 'recover';
  /** `-r` as it was typed. */
  readonly time: string;
}

/** The snapshot of an archive: `--from` */
export interface RecoveredFromArchive {
  readonly kind: 'recover-archive';
  readonly archive: TargetRequest;
  readonly opening: OpeningRequest;
  /** The bytes of `-`; null where there are none. */
  readonly pipe: AsyncIterable<Uint8Array> | null;
}

export interface RecoverRequest {
  /**
   * Where the snapshot is, and where what the server holds now is backed up. Null where none is named: then the snapshot is
   * in an archive, or a recovery is undone whose journal is in this user's own folder.
   */
  readonly repository: BytePath | null;
  readonly action: RecoveredFromRepository | RecoveredFromArchive | { readonly kind: 'undo' };
  /** The server that is recovered, or what is known of it beside its directory: a password, how long to wait. */
  readonly server: ServerRequest;
  readonly named: NamedServer;
  /** `--stop-cmd` and `--start-cmd`; null where they are left out. */
  readonly commands: { readonly stop: string; readonly start: string } | null;
  /** `--use` */
  readonly use: 'rdb' | 'aof' | 'auto';
  /** End after the plan, and change nothing. */
  readonly dryRun: boolean;
  /** Do not save and back up what the server holds now. */
  readonly discardPresent: boolean;
  /** How long to wait for another writer; 0 does not wait. */
  readonly waitLockMs: number;
  /** For what is kept where the repository cannot be written. */
  readonly folders: UserFolders;
  /** What a person types to go on, and to take it back; for messages. */
  readonly toType: CommandsToType;
  /** Shows the plan. The run ends without a change where the answer is false. */
  readonly confirm: (preview: RecoveryPreview) => Promise<boolean>;
}

/** What a person has named. At least one of the first three. */
export interface NamedServer {
  /** Whether `server` says where it answers. */
  readonly isByAddress: boolean;
  /** `--data-dir`, absolute */
  readonly directory: BytePath | null;
  /** `--redis-conf`, absolute */
  readonly configuration: BytePath | null;
  /** `--chown` as it was typed */
  readonly owner: string | null;
}

/** Whole commands, without anything secret. */
export interface CommandsToType {
  readonly again: string;
  readonly undo: string;
}
