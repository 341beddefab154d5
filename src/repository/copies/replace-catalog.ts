// Putting a catalog in the place of one that is damaged or gone. What a crash leaves at each step:
// 1. what only a newer catalog may know gets a second name in kept/: nothing has changed;
// 2. the new catalog is written beside, as catalog.new: the next repair deletes and writes it again;
// 3. the damaged catalog and its journal get second names in kept/: nothing has changed;
// 4. the journal is deleted, since SQLite would roll it back into the new catalog: the damaged catalog
//    could not be opened with it;
// 5. one rename puts the new one in place.
import { Catalog } from '../../catalog/catalog.js';
import type { Version } from '../../catalog/records.js';
import { type BytePath, ROOT, baseName, joinPath } from '../../system/files/byte-path.js';
import { type CatalogCopy, readCatalogCopy } from './catalog-copy.js';
import type { KeptFolder } from './kept-folder.js';
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
import { removeTree, syncDirectory } from '../staging.js';

/**
 * Puts the catalog that a copy holds in the place of the repository's own.
 * @param copy one that is whole
 * @returns where things are kept now: of the old catalog, and of what the new one knows nothing of
 */
export async function replaceCatalog(
  place: RepositoryPlace,
  copy: CatalogCopy,
  kept: KeptFolder,
): Promise<BytePath[]> {
  const { fileSystem, path } = place;
  const bytes = await readCatalogCopy(place, copy);
  const places = keepUnknownTo(bytes, place, kept);
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
    places.push(stat.isDirectory() ? kept.move(old, name) : kept.link(old, name));
  }
  if (fileSystem.stat(journal) !== null) fileSystem.unlink(journal);
  syncDirectory(fileSystem, dataPath(path));
  fileSystem.rename(draft, catalogPath(path));
  syncDirectory(fileSystem, dataPath(path));
  return places;
}

/** What the new catalog knows of. */
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
 * Keeps what the next writer would delete or cut off because the catalog knows nothing of it: increments,
 * staged files, and the ends of mirror files that have grown.
 */
function keepUnknownTo(
  bytes: Buffer,
  { fileSystem, path }: RepositoryPlace,
  kept: KeptFolder,
): BytePath[] {
  const places: BytePath[] = [];
  const { known, newest } = readKnown(path, bytes);
  const keepFiles = (folder: BytePath, name: BytePath, isWanted: (name: BytePath) => boolean) => {
    if (fileSystem.stat(folder)?.isDirectory() !== true) return;
    for (const file of fileSystem.list(folder)) {
      const place = joinPath(folder, file);
      if (!isWanted(file) || fileSystem.stat(place)?.isFile() !== true) continue;
      places.push(kept.link(place, joinPath(name, file)));
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
    const place = mirrorPath(path, entry);
    const stat = fileSystem.stat(place);
    if (stat?.isFile() !== true || Number(stat.size) <= content.sizeBytes) continue;
    if (fileSystem.realPath(place) !== place) continue;
    // It is cut back in place, which a second name would not survive.
    places.push(kept.copy(place, joinPath(KEPT_MIRROR, entry)));
  }
  return places;
}
