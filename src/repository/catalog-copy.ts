// Checked copies of the catalog, one left by each commit, the last two kept: what a lost or damaged
// catalog can be rebuilt from (docs/format.md, "Copies of the catalog").
import { CorruptError } from '../errors.js';
import { joinPath } from '../system/byte-path.js';
import { zstdCompressBuffer, zstdDecompressBuffer } from '../system/zstd.js';
import { catalogCopyPath, dataPath, parseCatalogCopyName } from './layout.js';
import type { OpenRepository } from './open-repository.js';
import { Staging, syncDirectory } from './staging.js';

const COPIES_KEPT = 2;
const ZSTD_LEVEL = 3;

/** Writes the copy for a snapshot, reads it back, puts it in place, and deletes all but the last two. */
export async function writeCatalogCopy(
  repository: OpenRepository,
  snapshotId: number,
): Promise<void> {
  const { fileSystem, path, catalog } = repository;
  const bytes = catalog.serialize();
  const staging = new Staging(fileSystem, path);
  const draft = staging.path(staging.newName());
  const file = fileSystem.open(draft, 'create');
  try {
    const compressed = await zstdCompressBuffer(bytes, ZSTD_LEVEL);
    fileSystem.write(file, compressed, 0);
    fileSystem.sync(file);
    const readBack = Buffer.alloc(compressed.length);
    fileSystem.read(file, readBack, 0);
    if (!(await zstdDecompressBuffer(readBack, bytes.length)).equals(bytes)) {
      throw new CorruptError('the copy of the catalog does not read back as it was written');
    }
  } finally {
    fileSystem.close(file);
  }
  fileSystem.rename(draft, catalogCopyPath(path, snapshotId));
  deleteOldCopies(repository, snapshotId);
  syncDirectory(fileSystem, dataPath(path));
}

function deleteOldCopies({ fileSystem, path }: OpenRepository, newestId: number): void {
  const copies = fileSystem
    .list(dataPath(path))
    .map((name) => ({ name, id: parseCatalogCopyName(name) ?? newestId }))
    .filter(({ id }) => id !== newestId)
    .toSorted((a, b) => b.id - a.id);
  for (const { name } of copies.slice(COPIES_KEPT - 1)) {
    fileSystem.unlink(joinPath(dataPath(path), name));
  }
}
