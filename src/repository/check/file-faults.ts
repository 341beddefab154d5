// Finds what is wrong with the file of the repository's catalog, which SQLite's own checks of rows and pages do
// not see: its length and two bytes of its header.
import { HEADER_BYTES, headerProblem } from '../../catalog/file-header.js';
import { readStartOfOpen } from '../../system/files/open-files.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { catalogJournalPath, catalogPath } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import { findCatalogFaults } from './catalog-faults.js';
import type { CatalogFaults, CatalogSizeFault } from './check-findings.js';

/** As findCatalogFaults, of a repository's own catalog: what is wrong with its header is among the faults. */
export async function findOwnFaults(
  repository: LocalRepository,
  checkpoint: Checkpoint,
): Promise<CatalogFaults> {
  const faults = await findCatalogFaults(repository.catalog, checkpoint);
  const header = findHeaderFault(repository);
  return header === null ? faults : { ...faults, integrity: [header, ...faults.integrity] };
}

/**
 * Null where nothing is wrong. Of a catalog that is read as a private copy, because the journal of a commit is
 * there, nothing is said: the next writer rolls the commit back.
 */
function findHeaderFault({ fileSystem, path }: LocalRepository): string | null {
  const stat = fileSystem.stat(catalogPath(path));
  const start = stat === null ? null : readStartOfOpen(stat, HEADER_BYTES);
  return start === null ? null : headerProblem(start);
}

/** Null where the catalog's file is as long as the catalog says, and during a commit. */
export function findSizeFault({
  fileSystem,
  path,
  catalog,
}: LocalRepository): CatalogSizeFault | null {
  const stat = fileSystem.stat(catalogPath(path));
  const isSettled = fileSystem.stat(catalogJournalPath(path)) === null;
  const catalogBytes = catalog.read(() => catalog.sizeBytes());
  if (!isSettled || stat === null || Number(stat.size) === catalogBytes) return null;
  return { fileBytes: Number(stat.size), catalogBytes };
}
