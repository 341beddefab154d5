// What a test may set for a sandbox and its use cases, and a backup request with every option at its
// default.
import type { BackupRequest } from '../../../src/engine/backup/backup-request.js';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import type { KeepRules } from '../../../src/engine/keep/keep-rules.js';
import type { IdRange } from '../../../src/engine/retention/removal-request.js';
import type { ServerRequest } from '../../../src/engine/server/server-request.js';
import { USUAL_PERCENT } from '../../../src/engine/snapshot/alarm/compare-states.js';
import type { PathRule } from '../../../src/engine/source/path-filter.js';
import type { VerifyMode } from '../../../src/engine/verify/verify-request.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import type { Tree } from '../files/directory-tree.js';
import type { TestContext } from '../program/run-context.js';

export interface SandboxOptions {
  readonly context?: TestContext;
  readonly repository?: string;
  /** Record what SOURCE is at each backup. */
  readonly records?: boolean;
  /** Let backups examine files. Off unless given: most tests back up files that are not dumps. */
  readonly examines?: boolean;
  /** How far the clock moves on before each backup; a minute unless given. */
  readonly stepSeconds?: number;
}

export interface RecordedSnapshot {
  readonly id: number;
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** SOURCE at that time. */
  readonly tree: Tree;
}

interface RunOptions {
  /** Replaces parts of the sandbox's own context, such as the file system. */
  readonly context?: Partial<RunContext>;
}

export interface BackupOptions extends RunOptions {
  /** Null leaves SOURCE to the server. */
  readonly source?: string | null;
  readonly repository?: string;
  readonly server?: ServerRequest;
  readonly also?: readonly string[];
  readonly rules?: readonly PathRule[];
  readonly allowMoved?: boolean;
  readonly allowEmpty?: boolean;
  readonly force?: boolean;
  readonly rehash?: boolean;
  readonly tags?: readonly string[];
  readonly alarmPercent?: number;
  readonly isBeforeRecovery?: boolean;
  readonly hardLinksOfOthers?: boolean;
  readonly examine?: boolean;
  readonly memoryBytes?: number;
  readonly waitLockMs?: number;
  /** Replaces the sandbox's own step. */
  readonly afterSeconds?: number;
}

export interface RestoreOptions extends RunOptions {
  /** TIME; the newest snapshot unless given. */
  readonly time?: string;
  /** The destination; a new path beside SOURCE unless given. */
  readonly to?: string;
  /** The path inside the snapshot, with `\xHH` for bytes; all of the snapshot unless given. */
  readonly path?: string;
  readonly force?: boolean;
  readonly isDirectoryNamed?: boolean;
  readonly setDestination?: boolean;
  readonly owner?: string;
}

export interface VerifyOptions extends RunOptions {
  /** TIME; every snapshot unless given. */
  readonly at?: string;
  /** Every byte unless given. */
  readonly mode?: VerifyMode;
  readonly deep?: boolean;
}

export interface RemoveOptions extends RunOptions {
  readonly rules?: Partial<KeepRules>;
  readonly olderThan?: string;
  /** Numbers and ranges of snapshots; then there are no rules. */
  readonly ids?: readonly (number | IdRange)[];
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export interface RepairOptions extends RunOptions {
  readonly source?: string;
}

/** A backup without options. */
export function plainBackup(source: string, repository: string): BackupRequest {
  return {
    namedSource: pathFromText(source),
    serverRequest: null,
    repository: pathFromText(repository),
    create: true,
    also: [],
    rules: [],
    allowMoved: false,
    allowEmpty: false,
    force: false,
    rehash: false,
    hardLinksOfOthers: false,
    examine: false,
    memoryBytes: null,
    alarmPercent: USUAL_PERCENT,
    isBeforeRecovery: false,
    tags: [],
    waitLockMs: 0,
  };
}
