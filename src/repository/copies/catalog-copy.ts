// Checked copies of the catalog (docs/format.md, "Copies of the catalog"). Each commit leaves one, and the
// last two are kept. A repair replaces a lost or damaged catalog by a copy.
import { Catalog } from '../../catalog/catalog.js';
import { CorruptError } from '../../errors.js';
import { type BytePath, joinPath } from '../../system/files/byte-path.js';
import { readFileChunks } from '../../system/files/read-chunks.js';
import {
  zstdCompressBuffer,
  zstdDecompress,
  zstdDecompressBuffer,
} from '../../system/zstd/zstd.js';
import { catalogCopyPath, dataPath, parseCatalogCopyName } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import type { RepositoryPlace } from '../repository-place.js';
import { Staging, syncDirectory } from '../staging.js';

const COPIES_KEPT = 2;
const ZSTD_LEVEL = 3;

/** Writes the copy for a snapshot, checks it, puts it in place, and deletes all but the last two copies. */
export async function writeCatalogCopy(
  repository: LocalRepository,
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
      throw new CorruptError('the copy of the catalog does not read back as it was written', {
        path: draft,
      });
    }
  } finally {
    fileSystem.close(file);
  }
  fileSystem.rename(draft, catalogCopyPath(path, snapshotId));
  deleteOldCopies(repository, snapshotId);
  syncDirectory(fileSystem, dataPath(path));
}

/** A copy in the repository, known by its name. Its bytes have not been read. */
export interface CatalogCopy {
  readonly snapshotId: number;
  readonly name: BytePath;
}

/** All copies in the repository, newest first. */
export function listCatalogCopies({ fileSystem, path }: RepositoryPlace): CatalogCopy[] {
  return fileSystem
    .list(dataPath(path))
    .flatMap((name) => {
      const snapshotId = parseCatalogCopyName(name);
      return snapshotId === null ? [] : [{ snapshotId, name }];
    })
    .toSorted((a, b) => b.snapshotId - a.snapshotId);
}

/**
 * Opens the catalog in a copy, in memory. Its rows are not checked.
 * @throws CorruptError where the copy holds no catalog, NewerFormatError, SystemError where the copy cannot
 *   be read
 */
export async function openCatalogCopy(place: RepositoryPlace, copy: CatalogCopy): Promise<Catalog> {
  const file = joinPath(dataPath(place.path), copy.name);
  return Catalog.openBytes(file, await readCatalogCopy(place, copy));
}

/** Longer than any catalog. The limit keeps a copy from elsewhere from filling the memory. */
const MAX_CATALOG_BYTES = 2 ** 30;

/** The bytes of the catalog file that a copy holds. Errors as in openCatalogCopy. */
export async function readCatalogCopy(
  { fileSystem, path }: RepositoryPlace,
  { name }: CatalogCopy,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const frame = readFileChunks(fileSystem, joinPath(dataPath(path), name));
  for await (const piece of zstdDecompress(frame)) {
    sizeBytes += piece.length;
    if (sizeBytes > MAX_CATALOG_BYTES) {
      throw new CorruptError(`'${name}' holds more than ${MAX_CATALOG_BYTES} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function deleteOldCopies(repository: RepositoryPlace, newestId: number): void {
  const { fileSystem, path } = repository;
  const older = listCatalogCopies(repository).filter(({ snapshotId }) => snapshotId !== newestId);
  for (const { name } of older.slice(COPIES_KEPT - 1)) {
    fileSystem.unlink(joinPath(dataPath(path), name));
  }
}
