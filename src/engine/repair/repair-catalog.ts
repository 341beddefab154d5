// Rebuilds a damaged catalog from its newest sound copy, and damaged copies from a sound catalog. A catalog
// that is newer than every sound copy is left as it is if its newest snapshot proves right: an older
// catalog would lose that snapshot.
import { CorruptError } from '../../errors.js';
import { hasFaults } from '../../repository/check/catalog-faults.js';
import { findSoundCopy } from '../../repository/check/check-copy.js';
import {
  type CatalogState,
  type OpenedCatalog,
  inspectCatalog,
} from '../../repository/check/inspect-catalog.js';
import { type CatalogCopy, listCatalogCopies } from '../../repository/copies/catalog-copy.js';
import { replaceCatalog } from '../../repository/copies/replace-catalog.js';
import { DATA, catalogCopyPath, catalogPath, dataPath } from '../../repository/layout.js';
import type { RepositoryPlace } from '../../repository/repository-place.js';
import type { OpenRepository, WritableRepository } from '../../repository/repository.js';
import { ROOT, formatPath, joinPath } from '../../system/files/byte-path.js';
import { describeFaults, describeSizeFault } from '../verify/catalog-messages.js';
import { type RepairRun, noteKept } from './repair-run.js';

const CATALOG = formatPath(catalogPath(ROOT));

/**
 * @returns whether the catalog can be written
 * @throws CorruptError where there is nothing sound to rebuild it from, NewerFormatError
 */
export async function repairCatalog(run: RepairRun, place: RepositoryPlace): Promise<boolean> {
  const copy = await findSoundCopy(place);
  const state = await inspectCatalog(place, copy);
  const fault = describeState(state);
  if (fault === null) return true;
  if (copy === null) {
    throw new CorruptError(`the catalog ${fault}, and none of its copies can be used`, {
      path: catalogPath(place.path),
      hint: `copy the files beside '${DATA}': they are the newest snapshot`,
    });
  }
  // Verifying tells what is wrong with it.
  if (state.kind === 'opened' && (state.newestWhole ?? 0) > copy.snapshotId) {
    return state.faults.damagedTables.length === 0;
  }
  const kept = await replaceCatalog(place, copy, run.kept);
  run.steps.push({
    kind: 'rebuilt-catalog',
    path: CATALOG,
    message: `the catalog ${fault}; it was rebuilt from its copy as of snapshot ${copy.snapshotId}`,
  });
  for (const file of kept) noteKept(run, place.path, file);
  return true;
}

/** Writes the copy of the newest snapshot where it is missing or damaged; keeps damaged ones. */
export async function repairCopies(run: RepairRun, repository: WritableRepository): Promise<void> {
  const { path } = repository;
  const newest = repository.newestSnapshot();
  if (hasFaults(repository.catalogFaults())) return;
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
  await repository.writeCatalogCopy(newest.id);
  const name = formatPath(catalogCopyPath(ROOT, newest.id));
  run.steps.push({
    kind: 'catalog-copy',
    path: name,
    message: `a copy of the catalog was written: '${name}'`,
  });
}

async function isSoundFor(
  repository: OpenRepository,
  copy: CatalogCopy,
  newestId: number,
): Promise<boolean> {
  // A copy of a snapshot that the catalog does not know cannot be of it.
  if (copy.snapshotId > newestId) return false;
  const condition = await repository.copyCondition(copy);
  return (
    condition.kind === 'opened' &&
    condition.newestId === copy.snapshotId &&
    !hasFaults(condition.faults) &&
    condition.hasRowsOfCatalog !== false
  );
}

/** What is wrong with a catalog, as the end of a sentence; null where nothing is. */
function describeState(state: CatalogState): string | null {
  if (state.kind === 'gone') return 'is gone';
  if (state.kind === 'no-file') return 'is not a file';
  const fault = state.kind === 'unreadable' ? state.why : describeOpened(state);
  return fault === null ? null : `is damaged (${fault})`;
}

function describeOpened({ faults, sizeFault, differsFromCopy }: OpenedCatalog): string | null {
  const [fault] = describeFaults(faults);
  if (fault !== undefined) return fault;
  if (sizeFault !== null) return describeSizeFault(sizeFault);
  return differsFromCopy
    ? 'the rows of increments or examinations differ from those in its copy'
    : null;
}
