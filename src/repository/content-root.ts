// The end of a chain as bytes with random access: a mirror file, or a full copy, which is
// decompressed into a temporary file first.
import type { Increment } from '../catalog/records.js';
import { CorruptError } from '../errors.js';
import type { BytePath } from '../system/byte-path.js';
import { type ByteReader, FileReader } from '../system/byte-reader.js';
import type { Checkpoint } from '../system/checkpoint.js';
import type { FileDescriptor } from '../system/file-system.js';
import { TemporaryFile } from '../system/temporary-file.js';
import { zstdDecompress } from '../system/zstd.js';
import { incrementPath } from './layout.js';
import type { OpenRepository } from './open-repository.js';
import type { ContentRoot } from './plan-content.js';
import { readFileChunks } from './read-chunks.js';

export interface OpenRoot {
  readonly reader: ByteReader;
  close(): void;
}

/** @throws CorruptError, or SystemError with ENOENT where the file is gone */
export async function openRoot(
  repository: OpenRepository,
  root: ContentRoot,
  checkpoint: Checkpoint,
): Promise<OpenRoot> {
  if (root.kind === 'full') return decompressFull(repository, root.increment, checkpoint);
  const { fileSystem } = repository;
  const file = openFirst(repository, root.places);
  return {
    reader: new FileReader(fileSystem, file, root.content.sizeBytes),
    close: () => fileSystem.close(file),
  };
}

/** The decompressed bytes of an increment, which must be exactly as many as the catalog says. */
export async function* incrementBytes(
  { fileSystem, path }: OpenRepository,
  increment: Increment,
): AsyncGenerator<Uint8Array, void, undefined> {
  let count = 0;
  for await (const bytes of zstdDecompress(
    readFileChunks(fileSystem, incrementPath(path, increment.id)),
  )) {
    count += bytes.length;
    if (count > increment.plainBytes) break;
    yield bytes;
  }
  if (count !== increment.plainBytes) {
    throw new CorruptError(`increment ${increment.id} does not have the length recorded for it`);
  }
}

async function decompressFull(
  repository: OpenRepository,
  increment: Increment,
  checkpoint: Checkpoint,
): Promise<OpenRoot> {
  const spool = new TemporaryFile();
  try {
    for await (const bytes of incrementBytes(repository, increment)) {
      await checkpoint();
      spool.append(bytes);
    }
    return { reader: spool, close: () => spool.close() };
  } catch (error) {
    spool.close();
    throw error;
  }
}

function openFirst({ fileSystem }: OpenRepository, places: readonly BytePath[]): FileDescriptor {
  const [first] = places;
  const place = places.find((candidate) => fileSystem.stat(candidate)?.isFile()) ?? first;
  if (place === undefined) throw new CorruptError('a content of the mirror has no path');
  return fileSystem.open(place, 'read');
}
