// What a removal refuses before anything is changed. Pure.
import { NotInSnapshotError, UsageError } from '../../errors.js';
import type { TimedSnapshot } from '../snapshot/time-spec.js';
import type { Decision } from '../keep/plan-removal.js';
import type { IdRange } from './removal-request.js';

/**
 * Numbers that are gone leave holes in a history, so a range may have some.
 * @returns the numbers of the snapshots that the range holds
 * @throws NotInSnapshotError for a range without any snapshot
 */
export function requireSnapshots(
  snapshots: readonly TimedSnapshot[],
  { first, last }: IdRange,
): readonly number[] {
  const ids = snapshots.map(({ id }) => id).filter((id) => id >= first && id <= last);
  if (ids.length > 0) return ids;
  const shown = first === last ? String(first) : `from ${first} to ${last}`;
  throw new NotInSnapshotError(`the repository holds no snapshot ${shown}`, {
    time: `#${first}`,
    hint: "'redis-rewind list REPO' shows the numbers of all snapshots",
  });
}

/** @throws UsageError for the newest, and for pinned ones without `force` */
export function requireNamed(
  snapshots: readonly TimedSnapshot[],
  ids: ReadonlySet<number>,
  pinned: ReadonlySet<number>,
  force: boolean,
): void {
  const newest = snapshots.at(-1);
  for (const id of ids) {
    if (id === newest?.id) {
      throw new UsageError(`snapshot ${id} is the newest one, which is never removed`, {
        typed: String(id),
        hint: 'to remove all of it, delete the folder of the repository',
      });
    }
    if (pinned.has(id) && !force) {
      throw new UsageError(`snapshot ${id} is pinned`, {
        typed: String(id),
        hint: "'redis-rewind unpin REPO ID' lets it go, and so does --force",
      });
    }
  }
}

/** Whether nothing but the newest snapshot would be left of three or more. */
export function isNearlyAll(decisions: readonly Decision[]): boolean {
  return decisions.length >= 3 && decisions.filter(({ goes }) => !goes).length === 1;
}

/** @throws UsageError */
export function requireSomeLeft(decisions: readonly Decision[]): void {
  if (!isNearlyAll(decisions)) return;
  throw new UsageError(`of ${decisions.length} snapshots only the newest would be left`, {
    hint: "'redis-rewind remove' with '--dry-run' shows why each one goes, and with '--force' removes them",
  });
}
