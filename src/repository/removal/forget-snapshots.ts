// The first step of a removal: one transaction drops the snapshots, the versions that no other snapshot has, and the
// increments that lead to nothing. After it each snapshot that is left can be restored as before. The files of the increments
// are deleted after the commit: a kill before that leaves files without a row, which the next writer deletes.
import type { Increment } from '../../catalog/records.js';
import { incrementPath } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import type { RepositoryPlace } from '../repository-place.js';
import { planRemoval } from './removal-plan.js';

/**
 * @param removed ids of snapshots. Those that are not there any more are no error. The newest one must not be among them.
 * @returns the increments that are gone
 */
export function forgetSnapshots(
  repository: LocalRepository,
  removed: ReadonlySet<number>,
): readonly Increment[] {
  const { catalog } = repository;
  const dropped = catalog.write(() => {
    const plan = planRemoval(catalog, removed);
    const newest = catalog.snapshots.newest();
    if (newest === null || removed.has(newest.id)) throw new Error('the newest snapshot stays');
    for (const id of plan.removed) catalog.snapshots.delete(id);
    if (plan.removed.length > 0) catalog.versions.narrow();
    for (const { id } of plan.chains.dropped) catalog.increments.delete(id);
    catalog.versions.deleteUnusedContents();
    return plan.chains.dropped;
  });
  for (const { id } of dropped) deleteIncrement(repository, id);
  return dropped;
}

/** Deletes the file of an increment whose row is gone. */
export function deleteIncrement({ fileSystem, path }: RepositoryPlace, id: number): void {
  const file = incrementPath(path, id);
  if (fileSystem.stat(file) !== null) fileSystem.unlink(file);
}
