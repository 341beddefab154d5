// Checks whether a copy of the catalog is whole, and whether the catalog has the same rows. A whole copy
// can replace a catalog that is damaged or gone.
import type { Catalog } from '../../catalog/catalog.js';
import { CorruptError } from '../../errors.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { isErrno } from '../../system/files/errno.js';
import { toCorruption } from '../contents/read-content.js';
import { type CatalogCopy, listCatalogCopies, openCatalogCopy } from '../copies/catalog-copy.js';
import type { LocalRepository } from '../local-repository.js';
import type { RepositoryPlace } from '../repository-place.js';
import { areSameRows, findCatalogFaults, hasFaults, readUncoveredRows } from './catalog-faults.js';
import type { CopyCondition } from './check-findings.js';

/** @throws CorruptError where rows of the repository's own catalog cannot be read */
export async function checkCopy(
  repository: LocalRepository,
  copy: CatalogCopy,
  checkpoint: Checkpoint,
): Promise<CopyCondition> {
  const ownRows = readUncoveredRows(repository.catalog);
  try {
    const opened = await openCatalogCopy(repository, copy);
    try {
      return {
        kind: 'opened',
        newestId: opened.read(() => opened.snapshots.newest())?.id ?? null,
        faults: await findCatalogFaults(opened, checkpoint),
        hasRowsOfCatalog: areSameRows(ownRows, readUncoveredRows(opened)),
      };
    } finally {
      opened.close();
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return { kind: 'gone' };
    const found = toCorruption(repository, error);
    if (found instanceof CorruptError) return { kind: 'unreadable', why: found.message };
    throw error;
  }
}

/** The newest copy that is whole; null where there is none. @throws NewerFormatError */
export async function findSoundCopy(
  place: RepositoryPlace,
  checkpoint: Checkpoint,
): Promise<CatalogCopy | null> {
  for (const copy of listCatalogCopies(place)) {
    const opened = await openSoundCopy(place, copy, checkpoint);
    opened?.close();
    if (opened !== null) return copy;
  }
  return null;
}

/** The catalog in a copy; null where the copy is damaged. The caller closes the catalog. */
export async function openSoundCopy(
  place: RepositoryPlace,
  copy: CatalogCopy,
  checkpoint: Checkpoint,
): Promise<Catalog | null> {
  try {
    const catalog = await openCatalogCopy(place, copy);
    let isSound = false;
    try {
      const newest = catalog.read(() => catalog.snapshots.newest());
      isSound =
        newest?.id === copy.snapshotId && !hasFaults(await findCatalogFaults(catalog, checkpoint));
      return isSound ? catalog : null;
    } finally {
      if (!isSound) catalog.close();
    }
  } catch (error) {
    if (toCorruption(place, error) instanceof CorruptError) return null;
    throw error;
  }
}
