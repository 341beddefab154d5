// A night: one backup, then the keep rules. What goes wrong after the backup never makes a good backup a bad one.
import { InterruptedError, RewindError } from '../../errors.js';
import type { BackupReport } from '../backup/backup-report.js';
import type { BackupRequest } from '../backup/backup-request.js';
import { backup } from '../backup/backup.js';
import type { KeepRules } from '../keep/keep-rules.js';
import { type Note, infoNote, lookNote } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';

export interface NightRequest {
  readonly backup: BackupRequest;
  /** Null where nothing is removed. */
  readonly keep: KeepRules | null;
}

/** The object that `backup --json` prints (docs/cli.md). */
export interface NightReport extends BackupReport {
  /** Null without rules, and where the removal failed. */
  readonly removal: NightRemoval | null;
}

export interface NightRemoval {
  readonly removed: number;
  readonly kept: number;
  readonly freedBytes: number;
}

/** Errors as in backup. */
export async function runNight(
  { backup: request, keep }: NightRequest,
  context: RunContext,
): Promise<NightReport> {
  const report = await backup(request, context);
  if (keep === null) return { ...report, removal: null };
  // Without rules this is not loaded: each file that is loaded at the start is one more open file.
  const { remove } = await import('../retention/remove.js');
  try {
    const { removed, kept, freedBytes, notes } = await remove(
      {
        repository: request.repository,
        selection: { kind: 'rules', rules: keep, olderThan: null },
        force: false,
        dryRun: false,
        alarmPercent: request.alarmPercent,
        waitLockMs: request.waitLockMs,
      },
      context,
    );
    // The alarm of this very snapshot was told by the backup.
    const isTold = report.notes.some(({ kind }) => kind === 'alarm');
    const others = notes.filter(({ kind }) => kind !== 'alarm' || !isTold);
    return {
      ...report,
      removal: { removed, kept, freedBytes },
      notes: [...report.notes, ...others],
    };
  } catch (error) {
    if (!(error instanceof RewindError)) throw error;
    return { ...report, removal: null, notes: [...report.notes, notRemoved(error)] };
  }
}

function notRemoved(error: RewindError): Note {
  const message = `the snapshot is safe, and old ones were not removed: ${error.message}`;
  return error instanceof InterruptedError
    ? infoNote('not-removed', null, message)
    : lookNote('not-removed', null, message, error.hint ?? null);
}
