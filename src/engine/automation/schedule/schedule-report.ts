// What `schedule` is asked for, and what it answers: the object that `--json` prints (docs/cli.md).
import type { BytePath } from '../../../system/files/byte-path.js';
import type { Note } from '../../run/notes.js';
import type { ScheduledRun } from './scheduled-run.js';
import type { Timing } from './timing.js';

export type ScheduleKeeper = 'crontab' | 'systemd';

export type ScheduleRequest =
  | {
      /** `print` changes nothing. */
      readonly kind: 'print' | 'install';
      readonly keeper: ScheduleKeeper;
      readonly timing: Timing;
      readonly run: ScheduledRun;
    }
  | { readonly kind: 'remove'; readonly keeper: ScheduleKeeper; readonly repository: BytePath }
  | { readonly kind: 'list' };

/** A line of a crontab, or the files of a service and its timer. */
export interface Scheduled {
  readonly keeper: ScheduleKeeper;
  readonly repository: string;
  /** Null for systemd. */
  readonly line: string | null;
  /** Empty for a crontab. */
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

export interface ScheduleReport {
  readonly action: ScheduleRequest['kind'];
  /** What was printed, installed or removed; all of ours for a list. */
  readonly schedules: readonly Scheduled[];
  readonly notes: readonly Note[];
}
