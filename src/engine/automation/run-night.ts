// A night: one backup, then the keep rules, then an export of what is missing elsewhere, then a verification of a part. What goes
// wrong after the backup never makes a good backup a bad one.
import {
  InterruptedError,
  MissingCredentialsError,
  RewindError,
  UsageError,
} from '../../errors.js';
import type { BackupReport } from '../backup/backup-report.js';
import type { BackupRequest } from '../backup/backup-request.js';
import { backup } from '../backup/backup.js';
import type { KeepRules } from '../keep/keep-rules.js';
import type {
  ExportedArchive,
  FolderExportRequest,
  PreparedExport,
} from '../export/export-missing.js';
import type { VerifyReport } from '../verify/verify-report.js';
import { type Note, infoNote, lookNote } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';

export interface NightRequest {
  readonly backup: BackupRequest;
  /** Null where nothing is removed. */
  readonly keep: KeepRules | null;
  /** `--then-export`; null where nothing is exported. */
  readonly thenExport: FolderExportRequest | null;
  /** `--then-verify`: how long a verification may take; null where nothing is verified. */
  readonly thenVerifyMs: number | null;
}

/** The object that `backup --json` prints (docs/cli.md). */
export interface NightReport extends BackupReport {
  /** Null without rules, and where the removal failed. */
  readonly removal: NightRemoval | null;
  /** Null without `--then-export`. */
  readonly exports: NightExports | null;
  /** Null without `--then-verify`, and where it failed. */
  readonly verification: NightVerification | null;
}

export interface NightVerification {
  readonly problems: number;
  readonly bytesChecked: number;
  /** With what the next one goes on. */
  readonly bytesLeft: number;
}

export interface NightExports {
  /** The store. */
  readonly target: string;
  readonly archives: readonly ExportedArchive[];
  /** Snapshots that are still missing there. The next run exports them. */
  readonly missing: number;
}

export interface NightRemoval {
  readonly removed: number;
  readonly kept: number;
  readonly freedBytes: number;
}

/**
 * What no option asks for is not loaded: each file that is loaded at the start is one more open file.
 * @throws as backup; and UsageError for an export that makes no sense, before the backup
 */
export async function runNight(request: NightRequest, context: RunContext): Promise<NightReport> {
  const prepared = await prepareIfWanted(request, context);
  const report = await backup(request.backup, context);
  const { removal, notes: removalNotes } = await applyRules(request, report, context);
  const { exports, notes: exportNotes } = await exportAfter(request, prepared, context);
  const { verification, notes: verifyNotes } = await verifyAfter(request, context);
  const notes = [...report.notes, ...removalNotes, ...exportNotes, ...verifyNotes];
  return { ...report, removal, exports, verification, notes };
}

/** What is thrown for a line that makes no sense. Any other error waits until the snapshot is safe. */
async function prepareIfWanted(
  { thenExport }: NightRequest,
  context: RunContext,
): Promise<PreparedExport | RewindError | null> {
  if (thenExport === null) return null;
  const { prepareExport } = await import('../export/export-missing.js');
  try {
    return prepareExport(thenExport, context);
  } catch (error) {
    const isNonsense = error instanceof UsageError && !(error instanceof MissingCredentialsError);
    if (isNonsense || !(error instanceof RewindError)) throw error;
    return error;
  }
}

async function applyRules(
  { backup: request, keep }: NightRequest,
  report: BackupReport,
  context: RunContext,
): Promise<Pick<NightReport, 'removal' | 'notes'>> {
  if (keep === null) return { removal: null, notes: [] };
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
    return {
      removal: { removed, kept, freedBytes },
      notes: notes.filter(({ kind }) => kind !== 'alarm' || !isTold),
    };
  } catch (error) {
    if (!(error instanceof RewindError)) throw error;
    return { removal: null, notes: [notRemoved(error)] };
  }
}

async function exportAfter(
  { backup: { repository }, thenExport }: NightRequest,
  prepared: PreparedExport | RewindError | null,
  context: RunContext,
): Promise<Pick<NightReport, 'exports' | 'notes'>> {
  if (prepared === null) return { exports: null, notes: [] };
  if (prepared instanceof RewindError) {
    const target = thenExport?.target.typed ?? '';
    return { exports: { target, archives: [], missing: 1 }, notes: [notExported(prepared)] };
  }
  const { exportMissing } = await import('../export/export-missing.js');
  const { exported, missing, notes, failures } = await exportMissing(prepared, repository, context);
  return {
    exports: { target: prepared.place.store.label, archives: exported, missing },
    notes: [...notes, ...failures.map(notExported)],
  };
}

async function verifyAfter(
  { backup: { repository }, thenVerifyMs }: NightRequest,
  context: RunContext,
): Promise<Pick<NightReport, 'verification' | 'notes'>> {
  if (thenVerifyMs === null) return { verification: null, notes: [] };
  const { verify } = await import('../verify/verify.js');
  try {
    const mode = { kind: 'timed', maxDurationMs: thenVerifyMs } as const;
    const report = await verify({ repository, time: null, mode }, context);
    const { problems, bytesChecked, bytesLeft, notes } = report;
    return {
      verification: { problems: problems.length, bytesChecked, bytesLeft },
      notes: [...notes, ...damageNotes(problems)],
    };
  } catch (error) {
    if (!(error instanceof RewindError)) throw error;
    return { verification: null, notes: [notVerified(error)] };
  }
}

/** One warning, however much is damaged: it is read in a mail. */
function damageNotes(problems: VerifyReport['problems']): Note[] {
  const [first] = problems;
  if (first === undefined) return [];
  const others = problems.length === 1 ? '' : `, and ${problems.length - 1} more`;
  const message = `the snapshot is safe, and the repository is damaged: '${first.path}': ${first.message}${others}`;
  return [lookNote('damage-found', null, message, "'redis-rewind verify REPO' names all of it")];
}

function notVerified(error: RewindError): Note {
  const message = `the snapshot is safe, and nothing was verified: ${error.message}`;
  return error instanceof InterruptedError
    ? infoNote('not-verified', null, message)
    : lookNote('not-verified', null, message, error.hint ?? null);
}

function notExported(error: RewindError): Note {
  const message = `the snapshot is safe here, and not everything was exported: ${error.message}`;
  return lookNote('not-exported', null, message, error.hint ?? null);
}

function notRemoved(error: RewindError): Note {
  const message = `the snapshot is safe, and old ones were not removed: ${error.message}`;
  return error instanceof InterruptedError
    ? infoNote('not-removed', null, message)
    : lookNote('not-removed', null, message, error.hint ?? null);
}
