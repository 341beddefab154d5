// The last step of a removal: the catalog gives back the room of its deleted rows, and gets a fresh copy. Older copies go: they
// say of increments that are gone that they are there.
import { LockedError } from '../../errors.js';
import { deleteCopies, writeCatalogCopy } from '../copies/catalog-copy.js';
import type { LocalRepository } from '../local-repository.js';
import { isDiskFull, keepReserve, makingRoomForFiles } from './reserve.js';

/** @param hadReserve whether there was a reserve when this run began */
export async function tidyCatalog(repository: LocalRepository, hadReserve: boolean): Promise<void> {
  const { catalog } = repository;
  try {
    catalog.compact();
  } catch (error) {
    // The room is used again by the next backups.
    if (!(error instanceof LockedError || isDiskFull(error))) throw error;
  }
  const newest = catalog.read(() => catalog.snapshots.newest());
  if (newest === null) return;
  deleteCopies(repository, newest.id, 0);
  await makingRoomForFiles(repository, () => writeCatalogCopy(repository, newest.id));
  keepReserve(repository, hadReserve);
}
