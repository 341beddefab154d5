// Opens the root of a chain for random access. The root is a mirror file or a full copy. A full copy is
// first decompressed into a temporary file.
import type { Content, Increment } from '../../catalog/records.js';
import { readIncrement } from '../../delta/stored-delta.js';
import { CorruptError } from '../../errors.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { type ByteReader, FileReader } from '../../system/files/byte-reader.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readChunks } from '../../system/files/read-chunks.js';
import {
  TemporaryFile,
  requireTemporarySpace,
} from '../../system/files/temporary/temporary-file.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { incrementPath } from '../layout.js';
import type { RepositoryPlace } from '../repository-place.js';
import type { ContentRoot } from './plan-content.js';

export interface OpenRoot {
  readonly reader: ByteReader;
  close(): void;
}

/** @throws CorruptError; SystemError with ENOENT where the file is gone */
export async function openRoot(
  repository: RepositoryPlace,
  root: ContentRoot,
  checkpoint: Checkpoint,
): Promise<OpenRoot> {
  if (root.kind === 'full') return decompressFull(repository, root.increment, checkpoint);
  return openMirrorFile(repository, root.content, root.candidates, checkpoint);
}

/** The decompressed bytes of an increment, as many as the catalog says. Errors as in readIncrement. */
export function incrementBytes(
  { fileSystem, path }: RepositoryPlace,
  { id, plainBytes }: Increment,
): AsyncGenerator<Uint8Array, void, undefined> {
  return readIncrement(fileSystem, { id, path: incrementPath(path, id), plainBytes });
}

async function decompressFull(
  repository: RepositoryPlace,
  increment: Increment,
  checkpoint: Checkpoint,
): Promise<OpenRoot> {
  const spool = new TemporaryFile();
  try {
    requireRoomFor(repository, increment);
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

/** One block of a zstd frame takes 4 bytes and makes 128 KiB at most (RFC 8878, 3.1.1.2). */
const MOST_BYTES_PER_STORED_BYTE = 32_768;

/**
 * The catalog may say any length, but a file cannot hold more than its own size allows.
 * @throws NoSpaceError
 */
function requireRoomFor({ fileSystem, path }: RepositoryPlace, increment: Increment): void {
  const stat = fileSystem.stat(incrementPath(path, increment.id));
  const mostBytes = Number(stat?.size ?? 0n) * MOST_BYTES_PER_STORED_BYTE;
  requireTemporarySpace(fileSystem, Math.min(increment.plainBytes, mostBytes));
}

/**
 * Opens the mirror file. Of several files with this content, opens the first that is whole. There may be
 * thousands, so none is looked at before it is needed.
 */
async function openMirrorFile(
  { fileSystem }: RepositoryPlace,
  content: Content,
  candidates: readonly BytePath[],
  checkpoint: Checkpoint,
): Promise<OpenRoot> {
  let first: BytePath | null = null;
  for (const [index, path] of candidates.entries()) {
    await checkpoint();
    if (fileSystem.stat(path)?.isFile() !== true) continue;
    const candidate = openAt(fileSystem, path, content);
    const isOnlyFile = first === null && index === candidates.length - 1;
    if (isOnlyFile || (await hasDigest(candidate.reader, content, checkpoint))) return candidate;
    candidate.close();
    first ??= path;
  }
  if (first === null) {
    const [path = '' as BytePath] = candidates;
    throw new CorruptError(`the mirror file '${formatPath(path)}' is not there`, { path });
  }
  // None is whole. A damaged file may still do: an older content may need only its undamaged parts.
  return openAt(fileSystem, first, content);
}

function openAt(fileSystem: FileSystem, path: BytePath, content: Content): OpenRoot {
  const file = fileSystem.open(path, 'read');
  // A file that is too short may still do: an older content may not need its end.
  const sizeBytes = Math.min(content.sizeBytes, Number(fileSystem.statOpen(file).size));
  return {
    reader: new FileReader(fileSystem, file, sizeBytes),
    close: () => fileSystem.close(file),
  };
}

async function hasDigest(
  reader: ByteReader,
  content: Content,
  checkpoint: Checkpoint,
): Promise<boolean> {
  try {
    return (await digestChunks(readChunks(reader), checkpoint)).equals(content.sha256);
  } catch (error) {
    if (error instanceof CorruptError) return false;
    throw error;
  }
}
