// What a backup is asked to do, as it was typed.
import type { BytePath } from '../../system/files/byte-path.js';
import type { ServerRequest } from '../server/server-request.js';
import type { PathRule } from '../source/path-filter.js';

export interface BackupRequest {
  /** SOURCE as it was typed; null where the server is asked for its directory. */
  readonly namedSource: BytePath | null;
  /** Null where no server is contacted. */
  readonly serverRequest: ServerRequest | null;
  readonly repository: BytePath;
  /** Make the repository if there is none. If this is false, a missing repository is an error. */
  readonly create: boolean;
  /** Paths outside SOURCE that belong with it, such as /etc/redis/redis.conf. */
  readonly also: readonly BytePath[];
  readonly rules: readonly PathRule[];
  /** Go on although SOURCE or the host is not the one of the last snapshot. */
  readonly allowMoved: boolean;
  /** Go on although SOURCE has become empty. */
  readonly allowEmpty: boolean;
  /** Both, and go on although SOURCE is a repository, or there may be too little room for the server's dump. */
  readonly force: boolean;
  /** Read every file, also those whose stat has not changed. */
  readonly rehash: boolean;
  /** Take files with several names that belong to somebody else (links-of-others.ts). */
  readonly hardLinksOfOthers: boolean;
  /** Find out whether a server would load each dump and AOF that is read, and what they hold. */
  readonly examine: boolean;
  /** How much of bytes or keys may be gone since the last snapshot without an alarm, in per cent. */
  readonly alarmPercent: number;
  /** Of the data that a recovery is about to replace: whoever asks for that knows of the loss, so no alarm is left. */
  readonly isBeforeRecovery: boolean;
  /** Names that the snapshot gets. */
  readonly tags: readonly string[];
  /** The most memory for finding moved content; null leaves the choice to the delta engine. */
  readonly memoryBytes: number | null;
  /** How long to wait for another writer; 0 does not wait. */
  readonly waitLockMs: number;
}
