// What the use cases answer: the objects that `--json` prints as they are (docs/cli.md) and that the
// text output is made from. Times are ISO 8601 in UTC, paths are shown by formatPath, sizes are bytes.

/** Something worth saying about a run that went through. `look` ends it with exit 3. */
export interface Note {
  readonly severity: 'info' | 'look';
  /** Stable identifier, such as `left-out-socket` or `stale`. */
  readonly kind: string;
  /** The path it is about, or null. */
  readonly path: string | null;
  /** Lower case, no full stop, names the object. */
  readonly message: string;
  readonly hint: string | null;
}

export interface SnapshotSummary {
  readonly id: number;
  readonly time: string;
  /** Regular files in the snapshot. */
  readonly files: number;
  /** Sum of the sizes of its regular files. */
  readonly sourceBytes: number;
  /** What it added to the repository beside the mirror: increments and growth of the catalog. */
  readonly addedBytes: number;
  readonly newFiles: number;
  /** Files whose content or metadata differs from the snapshot before. */
  readonly changedFiles: number;
  readonly deletedFiles: number;
  /** The part of addedBytes that is increments. */
  readonly incrementBytes: number;
  readonly host: string;
  readonly source: string;
  /** What the server said that it was taken of; null where none was asked. */
  readonly server: ServerReport | null;
  /** Notes of severity `look` from its backup; empty when all was well. */
  readonly notes: readonly Note[];
}

/** One file of the append-only file as it was captured. */
export interface CapturedAofFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** What was left out at its end: a command, or a transaction, that was not whole yet. */
  readonly trimmedBytes: number;
}

export interface AofReport {
  /** `ok` or `err`, as INFO has it for the last write; null where it does not say. */
  readonly status: string | null;
  /** In the order in which a server loads them. */
  readonly files: readonly CapturedAofFile[];
}

/** What the server said that a snapshot was taken of. */
export interface ServerReport {
  readonly product: 'redis' | 'valkey';
  readonly version: string;
  readonly runId: string;
  /** Where it was contacted: `HOST:PORT`, or the path of its socket in quotes. */
  readonly address: string;
  readonly role: 'primary' | 'replica';
  /** Of a replica: the address of its primary. */
  readonly primary: string | null;
  /** The name under which Sentinels know its primary; null where none was asked. */
  readonly masterName: string | null;
  readonly replicationOffset: number | null;
  /** By ascending number; only databases that hold keys. */
  readonly databases: readonly {
    readonly database: number;
    readonly keys: number;
    /** Keys that have a time to live. */
    readonly expiringKeys: number;
  }[];
  readonly usedMemoryBytes: number | null;
  readonly maxmemoryPolicy: string | null;
  /** What it was asked to do before. */
  readonly save: 'bgsave' | 'save' | 'none';
  /** When it began to write the dump that was saved for this snapshot; null where none was. */
  readonly dumpTime: string | null;
  /** Null where its AOF is off. */
  readonly aof: AofReport | null;
}

/** What was found in a dump or a file of an AOF while it was read. */
export interface ExaminationReport {
  readonly path: string;
  /** `dump`, or `log` for a file of an AOF, which may begin with a dump. */
  readonly kind: 'dump' | 'log';
  /**
   * Whether a server would load it, the last file of an AOF without the end that is not whole; null where
   * it holds what this program does not know.
   */
  readonly loads: boolean | null;
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
  /** Of the AOF; null where there is none. */
  readonly commands: number | null;
  /** Of the timestamps in the AOF, where the server writes them. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
}

export interface BackupReport {
  readonly repository: string;
  readonly snapshot: SnapshotSummary;
  readonly newFiles: number;
  readonly changedFiles: number;
  readonly deletedFiles: number;
  readonly incrementBytes: number;
  readonly elapsedMs: number;
  /** Whether this run made the repository. */
  readonly created: boolean;
  /** Of the dumps and AOF files that were read in this run. */
  readonly examined: readonly ExaminationReport[];
  readonly notes: readonly Note[];
}

export interface SnapshotListReport {
  readonly repository: string;
  /** Oldest first. */
  readonly snapshots: readonly SnapshotSummary[];
}

export interface ListedFile {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Permission bits as four octal digits, such as `0660`. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** Names that the numbers had on the machine of the backup; null where they had none. */
  readonly owner: string | null;
  readonly group: string | null;
  /** ISO 8601 in UTC with nine digits of fraction. */
  readonly mtime: string;
  /** Bytes of a regular file; null for the others. */
  readonly size: number | null;
  /** Hex digest of a regular file's content; null for the others. */
  readonly sha256: string | null;
  readonly linkTarget: string | null;
  /** Whether this is an older version, kept because the file could not be read whole. */
  readonly stale: boolean;
  /** Whether the stored content is known to differ from what was backed up. */
  readonly damaged: boolean;
  /** What was found in it when it was read; null where it was not examined. */
  readonly examined: Omit<ExaminationReport, 'path'> | null;
}

export interface FileListReport {
  readonly repository: string;
  readonly snapshot: SnapshotSummary;
  /** In byte order of their paths; the root itself is `.`. */
  readonly files: readonly ListedFile[];
}

export interface ListedChange {
  readonly path: string;
  /** `changed`: another content, type or link target; `metadata`: owner, mode or mtime alone. */
  readonly change: 'new' | 'changed' | 'metadata' | 'deleted';
}

export interface ChangeListReport {
  readonly repository: string;
  readonly since: SnapshotSummary;
  readonly until: SnapshotSummary;
  readonly changes: readonly ListedChange[];
}

export interface RestoreReport {
  readonly repository: string;
  readonly snapshot: SnapshotSummary;
  /** The path inside the snapshot; `.` for all of it. */
  readonly path: string;
  readonly destination: string;
  readonly files: number;
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly notes: readonly Note[];
}

export interface VerifyProblem {
  /** The path concerned, or a file of the repository such as `redis-rewind-data/increments/12`. */
  readonly path: string;
  /** Ids of the snapshots at which it cannot be restored; empty where nothing is lost. */
  readonly snapshots: readonly number[];
  /** `catalog`, `mirror-content`, `mirror-entry` or `content`. */
  readonly kind: string;
  readonly message: string;
}

export interface VerifyReport {
  readonly repository: string;
  readonly mode: 'full' | 'quick' | 'sample' | 'timed';
  /** Versions of files of which every byte was compared. */
  readonly versionsChecked: number;
  /** Contents that these versions have: several may have one. */
  readonly contentsChecked: number;
  readonly bytesChecked: number;
  /** What a full verification would have checked as well; for `timed` what the next run goes on with. */
  readonly contentsLeft: number;
  readonly bytesLeft: number;
  /** Anything here ends with exit 20. */
  readonly problems: readonly VerifyProblem[];
  /** Differences that cost nothing, such as owners lost by scp. */
  readonly notes: readonly Note[];
}

/** One thing that `verify --repair` has done. */
export interface RepairStep {
  /** `rebuilt-catalog`, `kept`, `put-back`, `made`, `metadata`, `catalog-copy`. */
  readonly kind: string;
  /** The path concerned, or a file of the repository. */
  readonly path: string;
  readonly message: string;
}

/** What was done, and what a full verification then found. */
export interface RepairReport extends VerifyReport {
  readonly repairs: readonly RepairStep[];
}

/** A verification that the repository remembers. */
export interface VerificationSummary {
  readonly mode: VerifyReport['mode'];
  /** The snapshot that was verified; null for all. */
  readonly snapshot: number | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly problems: number;
  readonly contentsChecked: number;
  readonly bytesChecked: number;
  readonly contentsLeft: number;
  readonly bytesLeft: number;
}

export interface InfoReport {
  readonly repository: string;
  readonly repositoryId: string;
  readonly formatVersion: number;
  readonly createdAt: string;
  readonly host: string;
  readonly source: string;
  readonly snapshots: number;
  readonly oldest: SnapshotSummary | null;
  readonly newest: SnapshotSummary | null;
  readonly files: number;
  readonly mirrorBytes: number;
  readonly increments: number;
  readonly incrementBytes: number;
  readonly catalogBytes: number;
  /** Bytes of everything in REPO: mirror, increments, catalog and its copies. */
  readonly totalBytes: number;
  /** Whether operations of the last commit are still owed on the mirror (the next backup does them). */
  readonly unfinished: boolean;
  /** Null where none was recorded. */
  readonly lastVerification: VerificationSummary | null;
}
