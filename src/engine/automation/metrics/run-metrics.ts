// What a monitor is told of a run and of its repository. Values alone; collect-metrics.ts finds them out.

export interface RunMetrics {
  /** As messages show it. */
  readonly repository: string;
  readonly run: {
    /** When it ended, in whole UTC seconds since the epoch. */
    readonly endedSeconds: number;
    readonly durationSeconds: number;
    readonly exitCode: number;
    /** What needed a look. */
    readonly warnings: number;
  };
  /** Null where the repository cannot be read. */
  readonly state: RepositoryMetrics | null;
}

export interface RepositoryMetrics {
  readonly snapshots: number;
  /** Null where there is none. */
  readonly newest: {
    readonly timeSeconds: number;
    readonly sourceBytes: number;
    readonly addedBytes: number;
    /** Of its dump; empty where none was examined. */
    readonly databases: readonly { readonly database: number; readonly keys: number }[];
  } | null;
  /** Alarms that nobody has confirmed. */
  readonly alarms: number;
  /** When the last one ended, and what was found since every byte was verified; null where none was recorded. */
  readonly verification: { readonly endedSeconds: number; readonly problems: number } | null;
  /** Since when every byte of every snapshot is verified; null where that is not recorded. */
  readonly verifiedSeconds: number | null;
}
