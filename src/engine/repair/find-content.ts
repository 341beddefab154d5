// Looking for a content by its digest, wherever its bytes may still be: in SOURCE, in another file of the
// mirror, or in what a repair has kept, such as increments of a commit that the catalog has lost. What
// is found is written out and proved; what turns out to be something else is written over.
import type { Content, Version } from '../../catalog/records.js';
import { patch } from '../../delta/patch.js';
import { CorruptError, SystemError } from '../../errors.js';
import {
  ALSO,
  KEPT_INCREMENTS,
  KEPT_MIRROR,
  KEPT_STAGING,
  dataPath,
  keptPath,
  mirrorPath,
} from '../../repository/layout.js';
import type { OpenRepository } from '../../repository/repository.js';
import { emitChunks, emitProved } from '../../repository/contents/read-content.js';
import { type BytePath, formatPath, isWithin, joinPath } from '../../system/files/byte-path.js';
import { type ByteReader, FileReader } from '../../system/files/byte-reader.js';
import { LocalDigest } from '../../system/digest/digest-stream.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import { readChunks, readFileChunks } from '../../system/files/read-chunks.js';
import { zstdDecompress } from '../../system/zstd/zstd.js';
import type { RunContext } from '../run/run-context.js';

export interface ContentSearch {
  readonly context: RunContext;
  readonly repository: OpenRepository;
  /** The versions of the newest snapshot. */
  readonly newest: readonly Version[];
  /** The directory that is backed up; null where it may not be asked. */
  readonly source: BytePath | null;
}

/**
 * Writes the bytes of a content into an empty file, if they are found.
 * @param path what has it in the newest snapshot
 * @returns where they were, for people; null where they are nowhere
 */
export async function writeFoundContent(
  search: ContentSearch,
  path: BytePath,
  content: Content,
  into: FileDescriptor,
): Promise<string | null> {
  const { fileSystem } = search.repository;
  const kept = listKeptFiles(search.repository);
  for (const file of [...usualPlaces(search, path, content), ...kept.plain]) {
    if (await writeFrom(search, file, content, into)) return `'${formatPath(file)}'`;
  }
  // A later commit may have made an increment against any file of the mirror, also a new one.
  const bases = new Set([
    mirrorPath(search.repository.path, path),
    ...kept.plain,
    ...(kept.increments.length === 0 ? [] : listMirrorFiles(search.repository)),
  ]);
  for (const increment of kept.increments) {
    if (await writeFrom(search, increment, content, into, 'full')) {
      return `'${formatPath(increment)}'`;
    }
    for (const basis of bases) {
      if (fileSystem.stat(basis)?.isFile() !== true) continue;
      if (await writePatched(search, increment, basis, content, into)) {
        return `'${formatPath(increment)}' and '${formatPath(basis)}'`;
      }
    }
  }
  return null;
}

/** Files that had the content when it was backed up: in SOURCE, and under its other names. */
function usualPlaces(
  { repository, newest, source }: ContentSearch,
  path: BytePath,
  content: Content,
): BytePath[] {
  const others = newest
    .filter((version) => version.content?.id === content.id && version.path !== path)
    .map((version) => mirrorPath(repository.path, version.path));
  if (source === null) return others;
  const isAlso = isWithin(path, ALSO);
  const original = isAlso ? (path.slice(ALSO.length) as BytePath) : joinPath(source, path);
  return [...others, original];
}

interface KeptFiles {
  readonly plain: BytePath[];
  readonly increments: BytePath[];
}

/** What repairs have kept, newest first. */
function listKeptFiles({ fileSystem, path }: OpenRepository): KeptFiles {
  const found: KeptFiles = { plain: [], increments: [] };
  const root = keptPath(path);
  if (fileSystem.stat(root)?.isDirectory() !== true) return found;
  for (const number of fileSystem.list(root).toReversed()) {
    const folder = joinPath(root, number);
    found.plain.push(...listFiles(fileSystem, joinPath(folder, KEPT_MIRROR)));
    found.plain.push(...listFiles(fileSystem, joinPath(folder, KEPT_STAGING)));
    found.increments.push(...listFiles(fileSystem, joinPath(folder, KEPT_INCREMENTS)));
  }
  return found;
}

/** Every file of the mirror, whether or not the catalog knows it. */
function listMirrorFiles({ fileSystem, path }: OpenRepository): BytePath[] {
  return [
    ...listFiles(fileSystem, path, dataPath(path)),
    ...listFiles(fileSystem, mirrorPath(path, ALSO)),
  ];
}

/** The regular files below a folder; none where it is no folder. @param except is left out */
function listFiles(fileSystem: FileSystem, folder: BytePath, except?: BytePath): BytePath[] {
  if (folder === except || fileSystem.stat(folder)?.isDirectory() !== true) return [];
  return fileSystem.list(folder).flatMap((name) => {
    const place = joinPath(folder, name);
    const isFile = fileSystem.stat(place)?.isFile() === true;
    return isFile ? [place] : listFiles(fileSystem, place, except);
  });
}

/** @param form `full` where the file is a compressed full copy; otherwise it is the bytes themselves */
async function writeFrom(
  search: ContentSearch,
  file: BytePath,
  content: Content,
  into: FileDescriptor,
  form: 'plain' | 'full' = 'plain',
): Promise<boolean> {
  const { fileSystem } = search.repository;
  return tryToWrite(search, content, into, async (emit) => {
    const { checkpoint } = search.context;
    if (form === 'full') {
      await emitChunks(zstdDecompress(readFileChunks(fileSystem, file)), emit, checkpoint);
      return;
    }
    await withReader(search, file, content.sizeBytes, (reader) =>
      emitChunks(readChunks(reader), emit, checkpoint),
    );
  });
}

async function writePatched(
  search: ContentSearch,
  increment: BytePath,
  basis: BytePath,
  content: Content,
  into: FileDescriptor,
): Promise<boolean> {
  const { fileSystem } = search.repository;
  const sizeBytes = Number(fileSystem.stat(basis)?.size ?? 0n);
  return tryToWrite(search, content, into, async (emit) => {
    await withReader(search, basis, sizeBytes, async (reader) => {
      await patch(reader, zstdDecompress(readFileChunks(fileSystem, increment)), emit, {
        checkpoint: search.context.checkpoint,
        maxResultBytes: content.sizeBytes,
      });
    });
  });
}

type Emit = (bytes: Uint8Array) => void | Promise<void>;

/** @returns false where it is not the content, or cannot be read */
async function tryToWrite(
  { repository }: ContentSearch,
  content: Content,
  into: FileDescriptor,
  produce: (emit: Emit) => Promise<void>,
): Promise<boolean> {
  const { fileSystem } = repository;
  let position = 0;
  let isOurs = false;
  const write = (bytes: Uint8Array): void => {
    if (position + bytes.length > content.sizeBytes) {
      throw new CorruptError('it is longer than the content');
    }
    isOurs = true;
    fileSystem.write(into, bytes, position);
    isOurs = false;
    position += bytes.length;
  };
  try {
    fileSystem.truncate(into, 0);
    await emitProved(content, new LocalDigest(content.sizeBytes), write, produce);
    return true;
  } catch (error) {
    // A failure to write is no news of the file that was read.
    if (!isOurs && (error instanceof CorruptError || error instanceof SystemError)) return false;
    throw error;
  }
}

async function withReader(
  { repository }: ContentSearch,
  path: BytePath,
  sizeBytes: number,
  use: (reader: ByteReader) => Promise<void>,
): Promise<void> {
  const { fileSystem } = repository;
  const file = fileSystem.open(path, 'read');
  try {
    if (!fileSystem.statOpen(file).isFile()) throw new CorruptError('it is no file');
    await use(new FileReader(fileSystem, file, sizeBytes));
  } finally {
    fileSystem.close(file);
  }
}
