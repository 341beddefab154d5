// The state of a catalog that may be damaged or gone, for a repair. The caller holds the writers' lock,
// because the catalog is opened for writing: SQLite then rolls back a commit that was cut off.
import { Catalog } from '../../catalog/catalog.js';
import { CorruptError } from '../../errors.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { CatalogCopy } from '../copies/catalog-copy.js';
import { catalogPath } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import { checkOpened } from '../opened-file.js';
import type { RepositoryPlace } from '../repository-place.js';
import { areSameRows, readUncoveredRows } from './catalog-faults.js';
import { openSoundCopy } from './check-copy.js';
import type { CatalogFaults, CatalogSizeFault } from './check-findings.js';
import { findOwnFaults, findSizeFault } from './file-faults.js';
import { isAsCommitted } from './snapshot-proof.js';

export type CatalogState =
  | { readonly kind: 'gone' }
  /** Something that is not a regular file has the catalog's name. */
  | { readonly kind: 'no-file' }
  | {
      readonly kind: 'unreadable';
      readonly why: string;
      /** As in OpenedCatalog. */
      readonly newestWhole: number | null;
    }
  | OpenedCatalog;

export interface OpenedCatalog {
  readonly kind: 'opened';
  readonly faults: CatalogFaults;
  readonly sizeFault: CatalogSizeFault | null;
  /** Whether the rows that no digest covers differ from the same rows of the copy. */
  readonly differsFromCopy: boolean;
  /** The id of the newest snapshot; null where the rows of this snapshot do not have its digest. */
  readonly newestWhole: number | null;
}

/**
 * @param copy a whole copy to compare with; null where there is none
 * @throws NewerFormatError
 */
export async function inspectCatalog(
  place: RepositoryPlace,
  copy: CatalogCopy | null,
  checkpoint: Checkpoint,
): Promise<CatalogState> {
  const stat = place.fileSystem.stat(catalogPath(place.path));
  if (stat?.isFile() !== true) return { kind: stat === null ? 'gone' : 'no-file' };
  try {
    const file = catalogPath(place.path);
    const onOpened = checkOpened(place.fileSystem, file);
    const catalog = Catalog.open(file, { readOnly: false, onOpened });
    try {
      return await inspectOpen({ ...place, catalog }, copy, checkpoint);
    } finally {
      catalog.close();
    }
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    return { kind: 'unreadable', why: error.message, newestWhole: null };
  }
}

async function inspectOpen(
  repository: LocalRepository,
  copy: CatalogCopy | null,
  checkpoint: Checkpoint,
): Promise<CatalogState> {
  const newestWhole = findNewestWhole(repository);
  try {
    return {
      kind: 'opened',
      faults: await findOwnFaults(repository, checkpoint),
      sizeFault: findSizeFault(repository),
      differsFromCopy: copy !== null && (await differsFrom(repository, copy, checkpoint)),
      newestWhole,
    };
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    return { kind: 'unreadable', why: error.message, newestWhole };
  }
}

async function differsFrom(
  repository: LocalRepository,
  copy: CatalogCopy,
  checkpoint: Checkpoint,
): Promise<boolean> {
  const opened = await openSoundCopy(repository, copy, checkpoint);
  if (opened === null) return false;
  try {
    const ownRows = readUncoveredRows(repository.catalog);
    return areSameRows(ownRows, readUncoveredRows(opened)) === false;
  } finally {
    opened.close();
  }
}

function findNewestWhole({ catalog }: LocalRepository): number | null {
  try {
    return catalog.read(() => {
      const newest = catalog.snapshots.newest();
      if (newest === null) return null;
      return isAsCommitted(newest, catalog.versions.listAt(newest.id)) ? newest.id : null;
    });
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  }
}
