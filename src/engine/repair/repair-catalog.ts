// Rebuilding a damaged catalog from the newest of its copies that is sound, and the copies from a sound
// catalog. A catalog that is newer than every sound copy, and whose newest snapshot proves right, is
// left as it is: an older one would lose that snapshot.
import { Catalog } from '../../catalog/catalog.js';
import { CorruptError } from '../../errors.js';
import {
  type CatalogCopy,
  listCatalogCopies,
  openCatalogCopy,
  readCatalogCopy,
  writeCatalogCopy,
} from '../../repository/copies/catalog-copy.js';
import { catalogPath, dataPath } from '../../repository/layout.js';
import type { OpenRepository, RepositoryPlace } from '../../repository/repository.js';
import { toCorruption } from '../../repository/contents/read-content.js';
import { replaceCatalog } from '../../repository/copies/replace-catalog.js';
import { type BytePath, joinPath } from '../../system/files/byte-path.js';
import { isAsCommitted } from '../snapshot/check-snapshot.js';
import { type RepairRun, noteKept } from './repair-run.js';
import { catalogFaults, hasRowsOf, sizeFaultOf } from '../verify/verify-catalog.js';

const CATALOG = 'redis-rewind-data/catalog.sqlite3';

/** @throws CorruptError where there is nothing sound to rebuild it from, NewerFormatError */
export async function repairCatalog(run: RepairRun, place: RepositoryPlace): Promise<void> {
  const copy = await findSoundCopy(place);
  const state = await inspectCatalog(place, copy);
  if (state.fault === null) return;
  if (copy === null) {
    throw new CorruptError(`the catalog ${state.fault}, and none of its copies is sound`, {
      path: catalogPath(place.path),
      hint: "the files beside 'redis-rewind-data' are the newest snapshot, as plain files",
    });
  }
  // Verifying tells what is wrong with it.
  if ((state.newestWhole ?? 0) > copy.snapshotId) return;
  const bytes = await readCatalogCopy(place, copy);
  const catalog = Catalog.openBytes(catalogPath(place.path), bytes);
  let kept: BytePath[];
  try {
    kept = replaceCatalog(place, bytes, catalog, run.kept);
  } finally {
    catalog.close();
  }
  run.steps.push({
    kind: 'rebuilt-catalog',
    path: CATALOG,
    message: `the catalog ${state.fault}; it is rebuilt from its copy as of snapshot ${copy.snapshotId}`,
  });
  for (const file of kept) noteKept(run, place.path, file);
}

/** Writes the copy of the newest snapshot where it is missing or damaged; keeps damaged ones. */
export async function repairCopies(run: RepairRun, repository: OpenRepository): Promise<void> {
  const { catalog, path } = repository;
  const newest = catalog.read(() => catalog.snapshots.newest());
  if (catalogFaults(catalog).length > 0) return;
  const sound = new Set<number>();
  for (const copy of listCatalogCopies(repository)) {
    if (await isSoundFor(repository, copy, newest?.id ?? 0)) {
      sound.add(copy.snapshotId);
      continue;
    }
    const file = run.kept.move(joinPath(dataPath(path), copy.name), copy.name);
    noteKept(run, path, file);
  }
  if (newest === null || sound.has(newest.id)) return;
  await writeCatalogCopy(repository, newest.id);
  const name = `redis-rewind-data/catalog.${newest.id}.zst`;
  run.steps.push({
    kind: 'catalog-copy',
    path: name,
    message: `a copy of the catalog is written, '${name}'`,
  });
}

async function isSoundFor(
  repository: OpenRepository,
  copy: CatalogCopy,
  newestId: number,
): Promise<boolean> {
  // A copy of a snapshot that the catalog does not know cannot be of it.
  if (copy.snapshotId > newestId) return false;
  const opened = await openSound(repository, copy);
  if (opened === null) return false;
  const isOfIt = hasRowsOf(repository.catalog, opened) !== false;
  opened.close();
  return isOfIt;
}

async function findSoundCopy(place: RepositoryPlace): Promise<CatalogCopy | null> {
  for (const copy of listCatalogCopies(place)) {
    const opened = await openSound(place, copy);
    opened?.close();
    if (opened !== null) return copy;
  }
  return null;
}

/** Null where the copy is damaged. */
async function openSound(place: RepositoryPlace, copy: CatalogCopy): Promise<Catalog | null> {
  try {
    const catalog = await openCatalogCopy(place, copy);
    const newest = catalog.read(() => catalog.snapshots.newest());
    if (newest?.id === copy.snapshotId && catalogFaults(catalog).length === 0) return catalog;
    catalog.close();
    return null;
  } catch (error) {
    if (toCorruption(place, error) instanceof CorruptError) return null;
    throw error;
  }
}

interface CatalogState {
  /** What is wrong with it, as the end of a sentence; null where nothing is. */
  readonly fault: string | null;
  /** The id of its newest snapshot, where the rows of that prove right; else null. */
  readonly newestWhole: number | null;
}

/** Opening it for writing also lets SQLite take back a commit that was cut off. */
async function inspectCatalog(
  place: RepositoryPlace,
  copy: CatalogCopy | null,
): Promise<CatalogState> {
  const stat = place.fileSystem.stat(catalogPath(place.path));
  if (stat?.isFile() !== true) {
    return { fault: stat === null ? 'is gone' : 'is no file', newestWhole: null };
  }
  try {
    const catalog = Catalog.open(catalogPath(place.path), { readOnly: false });
    try {
      return { fault: await faultOf(place, catalog, copy), newestWhole: newestWhole(catalog) };
    } finally {
      catalog.close();
    }
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    return { fault: `is damaged (${error.message})`, newestWhole: null };
  }
}

async function faultOf(
  place: RepositoryPlace,
  catalog: Catalog,
  copy: CatalogCopy | null,
): Promise<string | null> {
  const [fault = sizeFaultOf(place, catalog) ?? undefined] = catalogFaults(catalog);
  if (fault !== undefined) return `is damaged (${fault})`;
  const opened = copy === null ? null : await openSound(place, copy);
  if (opened === null) return null;
  const differs = hasRowsOf(catalog, opened) === false;
  opened.close();
  return differs
    ? 'is damaged (the rows of increments or examinations are not those of its copy)'
    : null;
}

function newestWhole(catalog: Catalog): number | null {
  return catalog.read(() => {
    const newest = catalog.snapshots.newest();
    if (newest === null) return null;
    return isAsCommitted(newest, catalog.versions.listAt(newest.id)) ? newest.id : null;
  });
}
