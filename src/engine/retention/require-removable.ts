// What a removal refuses before anything is changed. Pure.
import { NotInSnapshotError, UsageError } from '../../errors.js';
import type { TimedSnapshot } from '../snapshot/time-spec.js';
import type { Decision } from './plan-removal.js';

/** @throws NotInSnapshotError for an id that no snapshot has, UsageError for the newest and for pinned ones without `force` */
export function requireNamed(
  snapshots: readonly TimedSnapshot[],
  ids: readonly number[],
  pinned: ReadonlySet<number>,
  force: boolean,
): void {
  const newest = snapshots.at(-1);
  for (const id of ids) {
    if (!snapshots.some((snapshot) => snapshot.id === id)) {
      throw new NotInSnapshotError(`the repository holds no snapshot ${id}`, {
        time: `#${id}`,
        hint: "'redis-rewind list REPO' shows the numbers of all snapshots",
      });
    }
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

/** @throws UsageError where nothing but the newest snapshot would be left of three or more */
export function requireSomeLeft(decisions: readonly Decision[]): void {
  const left = decisions.filter(({ goes }) => !goes).length;
  if (decisions.length < 3 || left > 1) return;
  throw new UsageError(`this removes all ${decisions.length - 1} snapshots but the newest`, {
    hint: "'redis-rewind remove' shows each one with its reason if '--dry-run' is given, and does it with '--force'",
  });
}
