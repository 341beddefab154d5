// Checked copies of the catalog (docs/format.md, "Copies of the catalog"). Each commit leaves one, and the
// last two are kept. A repair replaces a lost or damaged catalog by a copy.
import { Catalog } from '../../catalog/catalog.js';
import { headerProblem } from '../../catalog/file-header.js';
import { CorruptError } from '../../errors.js';
import { type BytePath, formatPath, joinPath } from '../../system/files/byte-path.js';
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
  let isWhole = false;
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
    isWhole = true;
  } finally {
    fileSystem.close(file);
    if (!isWhole) fileSystem.unlink(draft);
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

/** A few more than an interrupted commit can leave. */
const MOST_COPIES_READ = 8;

/** The copies in the repository, newest first. If there are very many, only the newest ones. */
export function listCatalogCopies(place: RepositoryPlace): CatalogCopy[] {
  return listAllCopies(place).slice(0, MOST_COPIES_READ);
}

function listAllCopies({ fileSystem, path }: RepositoryPlace): CatalogCopy[] {
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
  const bytes = await readCatalogCopy(place, copy);
  const problem = headerProblem(bytes);
  if (problem !== null) throw new CorruptError(`'${formatPath(file)}': ${problem}`, { path: file });
  return Catalog.openBytes(file, bytes);
}

/**
 * A copy may hold this many bytes for each byte of its file. The file's size is all that can be trusted of a
 * copy from elsewhere, and zstd can make 32,768 bytes of one. Catalogs have digests and times in their rows:
 * one of 20,000 files with short names comes to 2.6, and one of 3,000 empty files, all with the same 3,700
 * bytes before their names, comes to 299.
 */
const BYTES_PER_COMPRESSED_BYTE = 1024;
/** A short catalog has mostly empty pages. A copy of it may hold this much. */
const SHORT_CATALOG_BYTES = 16 << 20;
/** SQLite can open no more bytes in memory. */
const MAX_CATALOG_BYTES = 2 ** 30;

/** How many bytes a copy with a file of this size may hold. */
export function mostCatalogBytes(compressedBytes: number): number {
  const most = Math.max(SHORT_CATALOG_BYTES, compressedBytes * BYTES_PER_COMPRESSED_BYTE);
  return Math.min(most, MAX_CATALOG_BYTES);
}

/** The bytes of the catalog file that a copy holds. Errors as in openCatalogCopy. */
export async function readCatalogCopy(
  { fileSystem, path }: RepositoryPlace,
  { name }: CatalogCopy,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  const file = joinPath(dataPath(path), name);
  const most = mostCatalogBytes(Number(fileSystem.stat(file)?.size ?? 0n));
  const frame = readFileChunks(fileSystem, file);
  for await (const piece of zstdDecompress(frame)) {
    sizeBytes += piece.length;
    if (sizeBytes > most) throw new CorruptError(`'${name}' holds more than ${most} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function deleteOldCopies(repository: RepositoryPlace, newestId: number): void {
  deleteCopies(repository, newestId, COPIES_KEPT - 1);
}

/** Deletes the copies but the one for a snapshot. @param left how many of the others stay, the newest ones */
export function deleteCopies(repository: RepositoryPlace, newestId: number, left: number): void {
  const { fileSystem, path } = repository;
  const others = listAllCopies(repository).filter(({ snapshotId }) => snapshotId !== newestId);
  for (const { name } of others.slice(left)) {
    fileSystem.unlink(joinPath(dataPath(path), name));
  }
}
