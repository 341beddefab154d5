// What `watch` tells while it runs, one event after the other (docs/cli.md, "watch").
import type { RewindError } from '../../errors.js';
import type { TakenReport } from './watch-request.js';

/** Times are ISO 8601 in UTC, paths are shown by formatPath; `saves` are relative to the directory. */
export type WatchEvent = { readonly time: string } & (
  | {
      readonly event: 'watching';
      readonly source: string;
      readonly repository: string;
      /** Its address; null where none is asked. */
      readonly server: string | null;
    }
  /** The server has saved. Further saves before `dueAt` are not told. */
  | { readonly event: 'save'; readonly saves: readonly string[]; readonly dueAt: string }
  | {
      readonly event: 'snapshot';
      readonly saves: readonly string[];
      readonly report: TakenReport;
    }
  /** A backup by another process has taken the saves. */
  | { readonly event: 'taken'; readonly saves: readonly string[] }
  | { readonly event: 'failed'; readonly error: RewindError; readonly retryAt: string }
  /** The directory is gone, or cannot be read. */
  | { readonly event: 'away'; readonly error: RewindError }
  | { readonly event: 'back'; readonly source: string }
  | {
      readonly event: 'stopping';
      readonly signal: 'SIGINT' | 'SIGTERM';
      /** Whether a snapshot was begun and taken back; the next run takes it. */
      readonly discarded: boolean;
    }
);

type WithoutTime<T> = T extends unknown ? Omit<T, 'time'> : never;

/** An event without its time, which is added when the event is passed on. */
export type WatchHappening = WithoutTime<WatchEvent>;
