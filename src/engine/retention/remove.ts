// `remove`: plans which snapshots go, and lets them go. The plan is the same value for `--dry-run` and for the real run.
import { CorruptError } from '../../errors.js';
import { openForReading } from '../../repository/open/open-repository.js';
import { storedBytes } from '../../repository/removal/removal-plan.js';
import { type RemovalOutcome, runRemoval } from '../../repository/removal/run-removal.js';
import { repairHint } from '../../repository/repair-hint.js';
import type { OpenRepository, WritableRepository } from '../../repository/repository.js';
import { formatPath } from '../../system/files/byte-path.js';
import type { RunContext } from '../run/run-context.js';
import { type KnownSnapshots, resolveSeconds } from '../snapshot/resolve-snapshot.js';
import { formatTime } from '../snapshot/time-spec.js';
import { type FoundProtection, findProtection } from './find-protection.js';
import { openToChange } from './open-to-change.js';
import { type Decision, type Selection, planRemovals } from '../keep/plan-removal.js';
import { protectionNotes, refusalNotes, removalNotes } from './removal-notes.js';
import type { RemovalReport } from './removal-report.js';
import type { RemovalRequest } from './removal-request.js';
import { requireNamed, requireSnapshots, requireSomeLeft } from './require-removable.js';

/**
 * @throws NoRepositoryError, LockedError, NewerFormatError, UsageError, NotInSnapshotError; CorruptError where the records of a
 *   snapshot that stays are damaged
 */
export async function remove(request: RemovalRequest, context: RunContext): Promise<RemovalReport> {
  const startedMs = context.clock.monotonicMs();
  const done = request.dryRun
    ? await planOnly(request, context)
    : await removeNow(request, context);
  const { decisions, freedBytes, notes } = done;
  const removed = decisions.filter(({ goes }) => goes).length;
  return {
    repository: formatPath(request.repository),
    dryRun: request.dryRun,
    snapshots: decisions.map(({ snapshot, goes, reasons }) => ({
      id: snapshot.id,
      time: formatTime(snapshot.timeSeconds),
      goes,
      reasons,
    })),
    removed,
    kept: decisions.length - removed,
    freedBytes,
    elapsedMs: Math.round(context.clock.monotonicMs() - startedMs),
    notes,
  };
}

interface Removed extends Pick<RemovalReport, 'freedBytes' | 'notes'> {
  readonly decisions: readonly Decision[];
}

async function planOnly(request: RemovalRequest, context: RunContext): Promise<Removed> {
  const repository = openForReading(context.fileSystem, request.repository);
  try {
    const { decisions, found } = await plan(request, context, repository);
    const { chains } = repository.planRemoval(idsThatGo(decisions));
    return {
      decisions,
      freedBytes: storedBytes(chains.dropped),
      notes: [
        ...(request.force ? [] : refusalNotes(decisions)),
        ...protectionNotes(decisions, found.alarm, request.repository),
      ],
    };
  } finally {
    repository.close();
  }
}

async function removeNow(request: RemovalRequest, context: RunContext): Promise<Removed> {
  const repository = await openToChange(request, context);
  try {
    const { decisions, found } = await plan(request, context, repository);
    if (found.compared.length > 0) await repository.remark({ alarms: found.compared });
    const outcome = await carryOut(repository, idsThatGo(decisions), context);
    return {
      decisions,
      freedBytes: outcome.freedBytes,
      notes: [
        ...protectionNotes(decisions, found.alarm, request.repository),
        ...removalNotes(outcome, request.repository),
      ],
    };
  } finally {
    repository.close();
  }
}

async function carryOut(
  repository: WritableRepository,
  ids: ReadonlySet<number>,
  { checkpoint, onProgress }: RunContext,
): Promise<RemovalOutcome> {
  const outcome = await runRemoval(repository, ids, {
    checkpoint,
    onComposing: (doneBytes, totalBytes) =>
      onProgress({ phase: 'composing', path: null, doneBytes, totalBytes }),
  });
  await repository.tidyCatalog();
  return outcome;
}

interface Planned {
  readonly decisions: readonly Decision[];
  readonly found: FoundProtection;
}

async function plan(
  { repository: path, selection, force, dryRun, alarmPercent: percent }: RemovalRequest,
  { clock, checkpoint }: RunContext,
  repository: OpenRepository,
): Promise<Planned> {
  const snapshots = repository.snapshots();
  const { tags } = repository.remarks();
  const resolved = resolve(selection, { snapshots, tags }, clock.nowMs());
  const found = await findProtection(repository, snapshots, { percent, checkpoint });
  const { protection } = found;
  if (resolved.kind === 'named') {
    requireNamed(snapshots, resolved.ids, protection.pinned, force);
  }
  const decisions = planRemovals(snapshots, resolved, protection, force);
  if (!force && !dryRun) requireSomeLeft(decisions);
  const { damagedSnapshots } = await repository.catalogFaults(checkpoint);
  const gone = idsThatGo(decisions);
  const damaged = damagedSnapshots.find((id) => !gone.has(id));
  if (damaged !== undefined && gone.size > 0) {
    throw new CorruptError(
      `the records of snapshot ${damaged} are damaged, so what it needs is not known; nothing was removed`,
      { path, snapshotId: damaged, hint: repairHint(path) },
    );
  }
  return { decisions, found };
}

function resolve(
  selection: RemovalRequest['selection'],
  known: KnownSnapshots,
  nowMs: number,
): Selection {
  if (selection.kind === 'named') {
    const ids = selection.ranges.flatMap((range) => requireSnapshots(known.snapshots, range));
    return { kind: 'named', ids: new Set(ids) };
  }
  const { rules, olderThan } = selection;
  const beforeSeconds = olderThan === null ? null : resolveSeconds(known, olderThan, nowMs);
  return { kind: 'rules', rules, beforeSeconds };
}

function idsThatGo(decisions: readonly Decision[]): Set<number> {
  return new Set(decisions.filter(({ goes }) => goes).map(({ snapshot }) => snapshot.id));
}
