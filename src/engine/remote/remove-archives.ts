// `remote remove`: lets archives of a store go, by the keep rules of `remove` or by name. It reads names and clear headers, and
// needs no key. The plan is the same value for `--dry-run` and for the real run.
import { UsageError } from '../../errors.js';
import type { StoredArchive } from '../../offsite/stores/store.js';
import type { StorePlace } from '../archive/archive-place.js';
import { leftoverNotes } from '../archive/leftover-notes.js';
import type { Note } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { type RequestedTime, resolveTimeSpec } from '../snapshot/time-spec.js';
import { type ArchiveDecision, planArchiveRemoval } from './plan-archive-removal.js';
import { describeArchive, findArchives, openStorePlace } from './remote-archives.js';
import type { RemoteRemovalReport } from './remote-report.js';
import type { RemoteRemovalRequest } from './remote-request.js';

/** @throws UsageError with nothing removed; RemoteStoreError and SystemError, with what is left whole */
export async function removeArchives(
  request: RemoteRemovalRequest,
  context: RunContext,
): Promise<RemoteRemovalReport> {
  const startedMs = context.clock.monotonicMs();
  const place = openStorePlace(request.target, context);
  const planWith = decide(request, context);
  const decisions = planWith(await archivesOf(request, place));
  if (!request.force && request.rules !== null) requireSomeLeft(decisions);
  const gone = decisions.filter(({ goes }) => goes);
  const notes = request.dryRun ? [] : await removeNow(place, gone, context);
  return {
    target: place.store.label,
    dryRun: request.dryRun,
    archives: decisions.map(({ archive, goes, reasons }) => ({
      ...describeArchive(archive),
      goes,
      reasons,
    })),
    removed: gone.length,
    kept: decisions.length - gone.length,
    freedBytes: gone.reduce((sum, { archive }) => sum + archive.sizeBytes, 0),
    elapsedMs: Math.round(context.clock.monotonicMs() - startedMs),
    notes,
  };
}

async function archivesOf(
  { rules }: RemoteRemovalRequest,
  place: StorePlace,
): Promise<readonly StoredArchive[]> {
  if (rules !== null && place.name !== null) {
    throw new UsageError(`'${place.label}' names one archive, and rules are about all of them`, {
      hint: "leave out the rules, or end TARGET with '/'",
    });
  }
  if (rules === null && place.name === null) {
    throw new UsageError('remote remove needs a rule, or the name of an archive', {
      hint: "such as '--keep-daily 7 --keep-weekly 5' or '--older-than 1Y'; see the plan with --dry-run",
    });
  }
  return findArchives(place);
}

function decide(
  { rules }: RemoteRemovalRequest,
  { clock }: RunContext,
): (archives: readonly StoredArchive[]) => ArchiveDecision[] {
  if (rules === null) {
    return (archives) =>
      archives.map((archive) => ({ archive, goes: true, reasons: [{ kind: 'named' }] }));
  }
  const { keep, olderThan } = rules;
  const beforeSeconds = olderThan === null ? null : momentOf(olderThan, clock.nowMs());
  return (archives) => planArchiveRemoval(archives, { kind: 'rules', rules: keep, beforeSeconds });
}

/** @throws UsageError for a TIME that only a repository knows */
function momentOf({ typed, spec }: RequestedTime, nowMs: number): number {
  if (spec.kind === 'instant' || spec.kind === 'ago' || spec.kind === 'now') {
    const nowSeconds = Math.floor(nowMs / 1000);
    return resolveTimeSpec(spec, { nowSeconds, snapshots: [], tags: [] });
  }
  throw new UsageError(`a store does not know what '${typed}' is`, {
    typed,
    hint: 'give a moment such as 2026-11-22, or a span such as 1Y',
  });
}

/** @throws UsageError where nothing but the newest archive would be left of three or more of a repository */
function requireSomeLeft(decisions: readonly ArchiveDecision[]): void {
  const counts = new Map<string, { all: number; left: number }>();
  for (const { archive, goes } of decisions) {
    const key = archive.headers?.repositoryId ?? '';
    const count = counts.get(key) ?? { all: 0, left: 0 };
    count.all += 1;
    if (!goes) count.left += 1;
    counts.set(key, count);
  }
  for (const { all, left } of counts.values()) {
    if (all < 3 || left > 1) continue;
    throw new UsageError(`of the ${all} archives of a repository only the newest would be left`, {
      hint: "'--dry-run' shows each one with its reason; '--force' does it",
    });
  }
}

async function removeNow(
  { store }: StorePlace,
  gone: readonly ArchiveDecision[],
  { checkpoint, onProgress }: RunContext,
): Promise<Note[]> {
  const totalBytes = gone.reduce((sum, { archive }) => sum + archive.sizeBytes, 0);
  let doneBytes = 0;
  for (const { archive } of gone) {
    await checkpoint();
    onProgress({ phase: 'removing', path: archive.name, doneBytes, totalBytes });
    await store.remove(archive.name);
    doneBytes += archive.sizeBytes;
  }
  return leftoverNotes(await store.removeLeftovers());
}
