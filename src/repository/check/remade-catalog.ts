// A catalog that is newer than every whole copy cannot be rebuilt from one without losing its newest snapshot.
// But where only tables are damaged whose rows no snapshot needs, these tables can be made anew.
import { Catalog } from '../../catalog/catalog.js';
import { NO_OLDER_STATE, type OlderState } from '../../catalog/tables/remade-tables.js';
import { CorruptError } from '../../errors.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { toCorruption } from '../contents/read-content.js';
import { type CatalogCopy, openCatalogCopy } from '../copies/catalog-copy.js';
import { catalogPath } from '../layout.js';
import { checkOpened } from '../opened-file.js';
import type { RepositoryPlace } from '../repository-place.js';
import { findCatalogFaults, hasFaults } from './catalog-faults.js';

export interface RemadeCatalog {
  /** Of the catalog's file. */
  readonly bytes: Buffer;
  /** The tables that were made anew, by name. */
  readonly tables: readonly string[];
}

/**
 * Makes the damaged tables anew, in memory. The file stays as it is.
 * @param copy the newest one that is whole; null where there is none
 * @returns null where nothing is damaged, where something else is damaged too, and where the copy has the newest
 *   snapshot
 */
export async function remakeCatalog(
  place: RepositoryPlace,
  copy: CatalogCopy | null,
  checkpoint: Checkpoint,
): Promise<RemadeCatalog | null> {
  try {
    const older = copy === null ? NO_OLDER_STATE : await readOlderState(place, copy);
    const catalog = Catalog.openBytes(catalogPath(place.path), readOwnBytes(place));
    try {
      const tables = catalog.damagedTables();
      if (tables.length === 0 || !catalog.remakeTables(tables, older)) return null;
      if (hasFaults(await findCatalogFaults(catalog, checkpoint))) return null;
      const newest = catalog.read(() => catalog.snapshots.newest());
      if (newest === null || newest.id <= (copy?.snapshotId ?? 0)) return null;
      return { bytes: catalog.serialize(), tables };
    } finally {
      catalog.close();
    }
  } catch (error) {
    if (toCorruption(place, error) instanceof CorruptError) return null;
    throw error;
  }
}

/** SQLite rolls back a commit that was cut off before it reads. */
function readOwnBytes({ fileSystem, path }: RepositoryPlace): Buffer {
  const file = catalogPath(path);
  const catalog = Catalog.open(file, { readOnly: false, onOpened: checkOpened(fileSystem, file) });
  try {
    return catalog.serialize();
  } finally {
    catalog.close();
  }
}

async function readOlderState(place: RepositoryPlace, copy: CatalogCopy): Promise<OlderState> {
  const catalog = await openCatalogCopy(place, copy);
  try {
    return catalog.read(() => ({
      repository: catalog.repository.get(),
      servers: new Map(
        catalog.snapshots
          .list()
          .flatMap(({ id, serverJson }) => (serverJson === null ? [] : [[id, serverJson]])),
      ),
      marks: catalog.remarks?.marks.list() ?? [],
      nextIds: {
        snapshot: catalog.snapshots.nextId(),
        increment: catalog.increments.nextId(),
        verification: catalog.verifications?.nextId() ?? 1,
      },
    }));
  } finally {
    catalog.close();
  }
}
