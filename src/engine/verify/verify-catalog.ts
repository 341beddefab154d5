// Proving the catalog: SQLite's own checks, the digest that each snapshot carries over its rows, and
// the copies that commits have left, one of which may have to stand in for it.
import type { Catalog } from '../../catalog/catalog.js';
import { CorruptError } from '../../errors.js';
import {
  type CatalogCopy,
  listCatalogCopies,
  openCatalogCopy,
} from '../../repository/copies/catalog-copy.js';
import { catalogJournalPath, catalogPath } from '../../repository/layout.js';
import { isBeingWritten } from '../../repository/open/acquire-lock.js';
import type { OpenRepository, RepositoryPlace } from '../../repository/repository.js';
import { toCorruption } from '../../repository/contents/read-content.js';
import { isErrno } from '../../system/files/errno.js';
import { requireSafeNames } from '../snapshot/check-names.js';
import { isAsCommitted } from '../snapshot/check-snapshot.js';
import { lookNote, type Note } from '../run/notes.js';
import type { VerifyProblem } from './verify-report.js';
import type { VerifyScope } from './verify-scope.js';

export interface CatalogVerification {
  readonly problems: readonly VerifyProblem[];
  readonly notes: readonly Note[];
}

export async function verifyCatalog(
  repository: OpenRepository,
  scope: VerifyScope,
): Promise<CatalogVerification> {
  const { catalog } = repository;
  const all = scope.snapshots.map(({ id }) => id);
  const sizeFault = lastingSizeFault(repository);
  const problems: VerifyProblem[] = [
    ...(sizeFault === null ? [] : [catalogProblem([], sizeFault)]),
    ...catalog.integrityProblems().map((message) => catalogProblem(all, message)),
    ...catalog
      .read(() => damagedSnapshots(catalog))
      .filter((id) => all.includes(id))
      .map((id) => catalogProblem([id], `the rows of snapshot ${id} are not those of its backup`)),
    ...examinationFaults(catalog).map((message) => catalogProblem([], message)),
    ...all.flatMap((id) => nameProblems(catalog, id)),
  ];
  const copies = listCatalogCopies(repository);
  for (const copy of copies) problems.push(...(await verifyCopy(repository, copy)));
  return { problems, notes: missingNotes(repository) };
}

/** A commit leaves the copy as its last step: until then it is not missing. */
function missingNotes(repository: OpenRepository): Note[] {
  if (findUncopied(repository) === null || isBeingWritten(repository.path)) return [];
  const id = findUncopied(repository);
  return id === null ? [] : [missingNote(id)];
}

/** The newest snapshot, if there is no copy of the catalog as of it. */
function findUncopied(repository: OpenRepository): number | null {
  const { catalog } = repository;
  const newest = catalog.read(() => catalog.snapshots.newest());
  const isCopied = listCatalogCopies(repository).some(
    ({ snapshotId }) => snapshotId === newest?.id,
  );
  return newest === null || isCopied ? null : newest.id;
}

/** Names that no restore would follow. */
function nameProblems(catalog: Catalog, id: number): VerifyProblem[] {
  try {
    requireSafeNames(catalog.read(() => catalog.versions.listAt(id)));
    return [];
  } catch (error) {
    if (error instanceof CorruptError) return [catalogProblem([id], error.message)];
    throw error;
  }
}

/** SQLite takes the end of a last page that is cut off for zeros, and says nothing. */
export function sizeFaultOf(
  { fileSystem, path }: RepositoryPlace,
  catalog: Catalog,
): string | null {
  const stat = fileSystem.stat(catalogPath(path));
  const isSettled = fileSystem.stat(catalogJournalPath(path)) === null;
  const sizeBytes = catalog.read(() => catalog.sizeBytes());
  if (!isSettled || stat === null || Number(stat.size) === sizeBytes) return null;
  return `the file of the catalog has ${stat.size} bytes, and should have ${sizeBytes}`;
}

/** The fault, if it is there at a second look while nobody writes: a commit takes several steps. */
function lastingSizeFault(repository: OpenRepository): string | null {
  const fault = sizeFaultOf(repository, repository.catalog);
  if (fault === null || isBeingWritten(repository.path)) return null;
  return sizeFaultOf(repository, repository.catalog) === fault ? fault : null;
}

/** Ids of the snapshots whose rows are not those that their commits wrote, inside a read. */
export function damagedSnapshots(catalog: Catalog): number[] {
  return catalog.snapshots
    .list()
    .filter((snapshot) => !isAsCommitted(snapshot, catalog.versions.listAt(snapshot.id)))
    .map(({ id }) => id);
}

/** What was found in files when they were read costs no snapshot where it is damaged. */
function examinationFaults(catalog: Catalog): string[] {
  const count = catalog.read(() => catalog.examinations?.countDamaged() ?? 0);
  if (count === 0) return [];
  return [`rows of examinations are not as backups wrote them: ${count}`];
}

/**
 * What is wrong with a catalog by itself, as far as it can tell; empty where it is as commits wrote it.
 * @throws CorruptError where its rows cannot be read
 */
export function catalogFaults(catalog: Catalog): string[] {
  return [
    ...catalog.integrityProblems(),
    ...catalog
      .read(() => damagedSnapshots(catalog))
      .map((id) => `the rows of snapshot ${id} are not those of its backup`),
    ...examinationFaults(catalog),
    ...catalog
      .read(() => catalog.snapshots.list())
      .flatMap(({ id }) => nameProblems(catalog, id).map(({ message }) => message)),
  ];
}

/**
 * Whether the rows of increments, which no digest covers, and of examinations, of which none may be
 * missing, are those that the catalog had when its copy was made; null where the two are not of the same state.
 */
export function hasRowsOf(catalog: Catalog, copy: Catalog): boolean | null {
  // Both in one read: a backup that runs may end between two.
  const stateOf = (one: Catalog): { readonly of: string; readonly rows: string } =>
    one.read(() => ({
      of: [one.repository.get()?.generation, one.formatVersion].join(),
      rows: JSON.stringify([one.increments.list(), one.examinations?.contents()]),
    }));
  const present = stateOf(catalog);
  const copied = stateOf(copy);
  return present.of === copied.of ? present.rows === copied.rows : null;
}

async function verifyCopy(repository: OpenRepository, copy: CatalogCopy): Promise<VerifyProblem[]> {
  const path = `redis-rewind-data/${copy.name}`;
  const problem = (message: string): VerifyProblem => ({
    path,
    snapshots: [],
    kind: 'catalog-copy',
    message: `the copy of the catalog '${path}' ${message}`,
  });
  try {
    const opened = await openCatalogCopy(repository, copy);
    try {
      const [fault] = catalogFaults(opened);
      if (fault !== undefined) return [problem(`is damaged: ${fault}`)];
      if (hasRowsOf(repository.catalog, opened) !== false) return [];
      const message = `the rows of increments or examinations are not those of the copy '${path}'`;
      return [catalogProblem([], message)];
    } finally {
      opened.close();
    }
  } catch (error) {
    // A backup that is running deletes the oldest one.
    if (isErrno(error, 'ENOENT')) return [];
    const found = toCorruption(repository, error);
    if (found instanceof CorruptError) return [problem(`is damaged: ${found.message}`)];
    throw error;
  }
}

function missingNote(id: number): Note {
  return lookNote(
    'catalog-copy',
    null,
    `there is no copy of the catalog as of snapshot ${id}, the newest one`,
    'the next backup leaves one',
  );
}

function catalogProblem(snapshots: readonly number[], message: string): VerifyProblem {
  return { path: 'redis-rewind-data/catalog.sqlite3', snapshots, kind: 'catalog', message };
}
