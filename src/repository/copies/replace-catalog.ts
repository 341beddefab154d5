// Replaces a catalog that is damaged or gone. The steps, and what a crash leaves:
// 1. Files that the new catalog does not know get a second name in kept/. The repository is unchanged.
// 2. The new catalog is written as catalog.new. After a crash, the next repair deletes and rewrites it.
// 3. The damaged catalog and its journal get second names in kept/. The repository is unchanged.
// 4. The journal is deleted, because SQLite would roll it back into the new catalog. After a crash, the
//    damaged catalog has no journal; it could not be opened with the journal either.
// 5. One rename puts the new catalog in place.
import { Catalog } from '../../catalog/catalog.js';
import type { Version } from '../../catalog/records.js';
import { type BytePath, ROOT, baseName, joinPath } from '../../system/files/byte-path.js';
import { removeTree } from '../../system/files/remove-tree.js';
import {
  KEPT_INCREMENTS,
  KEPT_MIRROR,
  KEPT_STAGING,
  STAGING_PARTS,
  catalogJournalPath,
  catalogPath,
  dataPath,
  incrementsPath,
  mirrorPath,
  newCatalogPath,
  parseIncrementName,
  stagingPartPath,
} from '../layout.js';
import type { RepositoryPlace } from '../repository-place.js';
import { syncDirectory } from '../staging.js';
import type { KeptFolder } from './kept-folder.js';

/**
 * @param bytes of the file of a sound catalog, from a copy or made anew
 * @returns the paths of the kept files: the old catalog, and the files that the new catalog does not know
 */
export function replaceCatalog(
  place: RepositoryPlace,
  bytes: Buffer,
  kept: KeptFolder,
): BytePath[] {
  const { fileSystem, path } = place;
  const keptFiles = keepUnknownTo(bytes, place, kept);
  const draft = newCatalogPath(path);
  removeTree(fileSystem, draft);
  const file = fileSystem.open(draft, 'create');
  try {
    fileSystem.write(file, bytes, 0);
    fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
  const journal = catalogJournalPath(path);
  for (const old of [catalogPath(path), journal]) {
    const stat = fileSystem.stat(old);
    if (stat === null) continue;
    const name = baseName(old);
    keptFiles.push(stat.isDirectory() ? kept.move(old, name) : kept.link(old, name));
  }
  if (fileSystem.stat(journal) !== null) fileSystem.unlink(journal);
  syncDirectory(fileSystem, dataPath(path));
  fileSystem.rename(draft, catalogPath(path));
  syncDirectory(fileSystem, dataPath(path));
  return keptFiles;
}

/** The ids of the increments, and the newest versions, that the new catalog has. */
function readKnown(
  repository: BytePath,
  bytes: Buffer,
): { readonly known: ReadonlySet<number>; readonly newest: readonly Version[] } {
  const catalog = Catalog.openBytes(catalogPath(repository), bytes);
  try {
    return catalog.read(() => ({
      known: new Set(catalog.increments.list().map(({ id }) => id)),
      newest: catalog.versions.listNewest(),
    }));
  } finally {
    catalog.close();
  }
}

/**
 * Keeps what the next writer would delete or truncate because the new catalog does not know it: increments,
 * staged files, and mirror files that have grown.
 */
function keepUnknownTo(
  bytes: Buffer,
  { fileSystem, path }: RepositoryPlace,
  kept: KeptFolder,
): BytePath[] {
  const keptFiles: BytePath[] = [];
  const { known, newest } = readKnown(path, bytes);
  const keepFiles = (folder: BytePath, name: BytePath, isWanted: (name: BytePath) => boolean) => {
    if (fileSystem.stat(folder)?.isDirectory() !== true) return;
    for (const file of fileSystem.list(folder)) {
      const filePath = joinPath(folder, file);
      if (!isWanted(file) || fileSystem.stat(filePath)?.isFile() !== true) continue;
      keptFiles.push(kept.link(filePath, joinPath(name, file)));
    }
  };
  keepFiles(incrementsPath(path), KEPT_INCREMENTS, (name) => {
    const id = parseIncrementName(name);
    return id !== null && !known.has(id);
  });
  for (const part of STAGING_PARTS) {
    keepFiles(stagingPartPath(path, part), joinPath(KEPT_STAGING, part), () => true);
  }
  for (const { path: entry, content } of newest) {
    if (content === null || entry === ROOT) continue;
    const file = mirrorPath(path, entry);
    const stat = fileSystem.stat(file);
    if (stat?.isFile() !== true || Number(stat.size) <= content.sizeBytes) continue;
    // The next writer truncates this file in place. A second name would be truncated with it, so copy it.
    keptFiles.push(kept.copy(file, joinPath(KEPT_MIRROR, entry)));
  }
  return keptFiles;
}
