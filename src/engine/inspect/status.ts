// Whether repositories are as a monitor wants them: a new snapshot, no alarm, a clean verification. Only the catalog is asked, so
// the answer is quick. Takes no lock and changes nothing.
import { RewindError } from '../../errors.js';
import { readRecoveryMark } from '../../repository/commit/recovery-mark.js';
import { openSnapshots } from '../../repository/open/open-repository.js';
import type { OpenRepository } from '../../repository/repository.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { formatSpan } from '../../system/text/format-span.js';
import type { RunContext } from '../run/run-context.js';
import { openAlarms } from '../snapshot/alarm/open-alarms.js';
import { confirmHint, describeReasons } from '../snapshot/alarm/reason-text.js';
import { askInOneState } from '../snapshot/ask-in-one-state.js';
import { damagedTableNotes } from '../snapshot/snapshot-summary.js';
import { formatTimeOrNull } from '../snapshot/time-spec.js';
import { standingOf } from '../snapshot/verification-standing.js';
import type { RepositoryStatus, StatusProblem, StatusReport } from './status-report.js';
import { summarizeVerification } from './summarize-verification.js';

export interface StatusRequest {
  readonly repositories: readonly BytePath[];
  /** `--max-age`; null without it. */
  readonly maxAgeSeconds: number | null;
  /** `--max-verify-age`; null without it. */
  readonly maxVerifyAgeSeconds: number | null;
}

export interface StatusOutcome {
  readonly report: StatusReport;
  /** The error of the first repository that cannot be read; null where all can. */
  readonly error: RewindError | null;
}

export function status(request: StatusRequest, context: RunContext): StatusOutcome {
  let firstError: RewindError | null = null;
  const repositories = request.repositories.map((path) => {
    try {
      return statusOf(path, request, context);
    } catch (error) {
      if (!(error instanceof RewindError)) throw error;
      firstError ??= error;
      return unreadable(path, error);
    }
  });
  const isWell = repositories.every(({ problems }) => problems.length === 0);
  return { report: { isWell, repositories }, error: firstError };
}

function unreadable(path: BytePath, { message, hint }: RewindError): RepositoryStatus {
  return {
    repository: formatPath(path),
    snapshots: 0,
    newest: null,
    ageSeconds: null,
    lastVerification: null,
    verifiedAgeSeconds: null,
    problems: [{ kind: 'unreadable', message, hint: hint ?? null }],
  };
}

function statusOf(
  path: BytePath,
  { maxAgeSeconds, maxVerifyAgeSeconds }: StatusRequest,
  { fileSystem, clock }: RunContext,
): RepositoryStatus {
  const nowSeconds = Math.floor(clock.nowMs() / 1000);
  const repository = openSnapshots(fileSystem, path);
  try {
    return askInOneState(repository, () => {
      const snapshots = repository.snapshots();
      const newest = snapshots.at(-1) ?? null;
      const time = formatTimeOrNull(newest?.timeSeconds);
      const ageSeconds = newest === null ? null : nowSeconds - newest.timeSeconds;
      const { records } = repository.verificationHistory();
      const { wholeSinceSeconds, problems: found } = standingOf(records);
      const verifiedAgeSeconds = wholeSinceSeconds === null ? null : nowSeconds - wholeSinceSeconds;
      return {
        repository: formatPath(path),
        snapshots: snapshots.length,
        newest: newest === null || time === null ? null : { id: newest.id, time },
        ageSeconds,
        lastVerification: summarizeVerification(records[0] ?? null),
        verifiedAgeSeconds,
        problems: [
          ...ageProblems(newest?.id ?? null, ageSeconds, maxAgeSeconds),
          ...alarmProblems(repository, path),
          ...verificationProblems(found, verifiedAgeSeconds, maxVerifyAgeSeconds),
          ...recoveryProblems(repository, { fileSystem }),
          ...damageProblems(repository),
        ],
      };
    });
  } finally {
    repository.close();
  }
}

/** A clock that was set back makes a snapshot look new for ever: more than this in the future is a problem. */
const AHEAD_SECONDS = 300;

function ageProblems(
  id: number | null,
  ageSeconds: number | null,
  maxAgeSeconds: number | null,
): StatusProblem[] {
  if (id === null || ageSeconds === null) {
    return [{ kind: 'no-snapshot', message: 'there is no snapshot', hint: null }];
  }
  const what = `the newest snapshot (${id})`;
  if (ageSeconds < -AHEAD_SECONDS) {
    const message = `${what} is ${formatSpan(-ageSeconds)} ahead of the clock`;
    return [{ kind: 'old-snapshot', message, hint: 'set the clock of this machine' }];
  }
  if (maxAgeSeconds === null || ageSeconds <= maxAgeSeconds) return [];
  const message = `${what} is ${formatSpan(ageSeconds)} old, and may be ${formatSpan(maxAgeSeconds)}`;
  return [{ kind: 'old-snapshot', message, hint: 'look at what the last backups have said' }];
}

function alarmProblems(repository: OpenRepository, path: BytePath): StatusProblem[] {
  return openAlarms(repository.remarks()).map(({ snapshotId, reasons }) => ({
    kind: 'alarm',
    message: `snapshot ${snapshotId} has an alarm: ${describeReasons(reasons)}`,
    hint: confirmHint(path, snapshotId),
  }));
}

function verificationProblems(
  found: number,
  ageSeconds: number | null,
  maxAgeSeconds: number | null,
): StatusProblem[] {
  const problems: StatusProblem[] = [];
  if (found > 0) {
    const count = found === 1 ? 'a problem' : `${found} problems`;
    const message = `a verification found ${count}, and none of everything has been clean since`;
    const hint = "'redis-rewind verify REPO' names what is damaged";
    problems.push({ kind: 'failed-verification', message, hint });
  }
  if (maxAgeSeconds === null || (ageSeconds !== null && ageSeconds <= maxAgeSeconds)) {
    return problems;
  }
  const message =
    ageSeconds === null
      ? 'no verification of every byte is recorded'
      : `every byte was last verified ${formatSpan(ageSeconds)} ago, and it may be ${formatSpan(maxAgeSeconds)}`;
  return [
    ...problems,
    {
      kind: 'old-verification',
      message,
      hint: "run 'redis-rewind verify REPO', or put it in cron",
    },
  ];
}

function recoveryProblems(
  { path }: OpenRepository,
  { fileSystem }: Pick<RunContext, 'fileSystem'>,
): StatusProblem[] {
  const mark = readRecoveryMark(fileSystem, path);
  if (mark?.state !== 'begun') return [];
  const message = `recovery ${mark.recoveryId} of '${formatPath(mark.source)}' was begun, and has not ended`;
  return [{ kind: 'unfinished-recovery', message, hint: 'finish it, or take it back with --undo' }];
}

function damageProblems(repository: OpenRepository): StatusProblem[] {
  const tables = [
    ...repository.damagedSnapshotTables(),
    ...repository.damagedTables(['alarm', 'mark', 'tag', 'verification']),
  ];
  return damagedTableNotes([...new Set(tables)]).map(({ message, hint }) => ({
    kind: 'damaged-record',
    message,
    hint,
  }));
}
