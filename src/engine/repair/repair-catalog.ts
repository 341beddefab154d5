// Rebuilds a damaged catalog from its newest sound copy, and damaged copies from a sound catalog. A catalog
// that is newer than every sound copy is not replaced by one if its newest snapshot proves right: an older
// catalog would lose that snapshot. Damaged tables that no snapshot needs are then made anew. Any other
// damage is left as it is.
import { CorruptError } from '../../errors.js';
import { hasFaults } from '../../repository/check/catalog-faults.js';
import { describeSizeFault } from '../../repository/check/fault-messages.js';
import { findSoundCopy } from '../../repository/check/check-copy.js';
import {
  type CatalogState,
  type OpenedCatalog,
  inspectCatalog,
} from '../../repository/check/inspect-catalog.js';
import { remakeCatalog } from '../../repository/check/remade-catalog.js';
import {
  type CatalogCopy,
  listCatalogCopies,
  readCatalogCopy,
} from '../../repository/copies/catalog-copy.js';
import { replaceCatalog } from '../../repository/copies/replace-catalog.js';
import { DATA, catalogCopyPath, catalogPath, dataPath } from '../../repository/layout.js';
import type { RepositoryPlace } from '../../repository/repository-place.js';
import type { OpenRepository, WritableRepository } from '../../repository/repository.js';
import { ROOT, formatPath, joinPath } from '../../system/files/byte-path.js';
import { describeFaults } from '../verify/catalog-messages.js';
import { type Note, lookNote } from '../run/notes.js';
import type { RepairStep } from './repair-report.js';
import { type RepairRun, noteKept } from './repair-run.js';

const CATALOG = formatPath(catalogPath(ROOT));

/**
 * @returns null where the catalog can be written now; otherwise what to say of a catalog that was left as it is
 * @throws CorruptError where there is nothing sound to rebuild it from, and where its rows cannot be read;
 *   NewerFormatError
 */
export async function repairCatalog(run: RepairRun, place: RepositoryPlace): Promise<Note | null> {
  const { checkpoint } = run.context;
  const copy = await findSoundCopy(place, checkpoint);
  const state = await inspectCatalog(place, copy, checkpoint);
  const fault = describeState(state);
  if (fault === null) return null;
  const isFile = state.kind === 'opened' || state.kind === 'unreadable';
  const remade = isFile ? await remakeCatalog(place, copy, checkpoint) : null;
  if (remade !== null) {
    replace(run, place, remade.bytes, {
      kind: 'remade-tables',
      path: CATALOG,
      message: `the catalog ${fault}; no snapshot needs the rows of ${remade.tables.join(', ')}, which were made anew`,
    });
    return null;
  }
  if (copy === null) {
    throw new CorruptError(`the catalog ${fault}, and none of its copies can be used`, {
      path: catalogPath(place.path),
      hint: `copy the files beside '${DATA}': they are the newest snapshot`,
    });
  }
  if ((newestWhole(state) ?? 0) > copy.snapshotId) return leave(state, place, fault, copy);
  replace(run, place, await readCatalogCopy(place, copy), {
    kind: 'rebuilt-catalog',
    path: CATALOG,
    message: `the catalog ${fault}; it was rebuilt from its copy as of snapshot ${copy.snapshotId}`,
  });
  return null;
}

function replace(run: RepairRun, place: RepositoryPlace, bytes: Buffer, step: RepairStep): void {
  const kept = replaceCatalog(place, bytes, run.kept);
  run.steps.push(step);
  for (const file of kept) noteKept(run, place.path, file);
}

function newestWhole(state: CatalogState): number | null {
  return state.kind === 'opened' || state.kind === 'unreadable' ? state.newestWhole : null;
}

/** What to say of a damaged catalog that is newer than its copies. Verifying tells what is wrong with it. */
function leave(
  state: CatalogState,
  { path }: RepositoryPlace,
  fault: string,
  copy: CatalogCopy,
): Note | null {
  if (state.kind === 'opened' && state.faults.damagedTables.length === 0) return null;
  const id = newestWhole(state);
  const message = `the catalog ${fault}; it was left as it is, because snapshot ${id} is in none of its whole copies`;
  const hint =
    `restore snapshot ${id} to another folder, move '${formatPath(catalogPath(path))}' away, and ` +
    `repair again: the catalog is then rebuilt as of snapshot ${copy.snapshotId}`;
  if (state.kind === 'opened') return lookNote('left-damaged', null, message, hint);
  throw new CorruptError(message, { path: catalogPath(path), hint });
}

/** Writes the copy of the newest snapshot where it is missing or damaged; keeps damaged ones. */
export async function repairCopies(run: RepairRun, repository: WritableRepository): Promise<void> {
  const { path } = repository;
  const newest = repository.newestSnapshot();
  if (hasFaults(await repository.catalogFaults(run.context.checkpoint))) return;
  const sound = new Set<number>();
  for (const copy of listCatalogCopies(repository)) {
    if (await isSoundFor(run, repository, copy)) {
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
  { context }: RepairRun,
  repository: OpenRepository,
  copy: CatalogCopy,
): Promise<boolean> {
  // A copy of a snapshot that the catalog does not know cannot be of it.
  if (copy.snapshotId > (repository.newestSnapshot()?.id ?? 0)) return false;
  const condition = await repository.copyCondition(copy, context.checkpoint);
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
