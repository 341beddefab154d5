// Looks for a content by its digest, wherever its bytes may still be: in SOURCE, in another file of the
// mirror, or among what repairs have kept, such as increments of a commit that the catalog has lost. A
// file that is found is written out and proved. If its bytes are wrong, the next one is written over it.
import type { Content, Version } from '../../catalog/records.js';
import type { Emit } from '../../delta/engine/emit.js';
import { patch } from '../../delta/patch.js';
import { CorruptError, SystemError } from '../../errors.js';
import { emitChunks, emitProved } from '../../repository/contents/read-content.js';
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
import { LocalDigest } from '../../system/digest/digest-stream.js';
import { type BytePath, formatPath, isWithin, joinPath } from '../../system/files/byte-path.js';
import { type ByteReader, FileReader } from '../../system/files/byte-reader.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import { readChunks, readFileChunks } from '../../system/files/read-chunks.js';
import { writeSparsely } from '../../system/files/write-sparsely.js';
import { append } from '../../system/lists/lists.js';
import { zstdDecompress } from '../../system/zstd/zstd.js';
import type { RunContext } from '../run/run-context.js';

export interface ContentSearch {
  readonly context: RunContext;
  readonly repository: OpenRepository;
  /** The versions of the newest snapshot. */
  readonly newest: readonly Version[];
  /** The directory that is backed up; null where it may not be read. */
  readonly source: BytePath | null;
  /** A path that has the content in the newest snapshot. */
  readonly path: BytePath;
  readonly content: Content;
  /** An empty file, to which the bytes are written. */
  readonly into: FileDescriptor;
}

/** @returns where the bytes were, for people; null where they are nowhere */
export async function writeFoundContent(search: ContentSearch): Promise<string | null> {
  const { repository, path } = search;
  const { fileSystem } = repository;
  const kept = listKeptFiles(repository);
  for (const file of [...usualPlaces(search), ...kept.plain]) {
    if (await writeFile(search, file)) return `'${formatPath(file)}'`;
  }
  // A later commit may have made an increment whose basis is any file of the mirror, also a new one.
  const bases = new Set([
    mirrorPath(repository.path, path),
    ...kept.plain,
    ...(kept.increments.length === 0 ? [] : listMirrorFiles(repository)),
  ]);
  for (const increment of kept.increments) {
    if (await writeFullCopy(search, increment)) return `'${formatPath(increment)}'`;
    for (const basis of bases) {
      if (fileSystem.stat(basis)?.isFile() !== true) continue;
      if (await writePatched(search, increment, basis)) {
        return `'${formatPath(increment)}' and '${formatPath(basis)}'`;
      }
    }
  }
  return null;
}

/** Files that had the content when it was backed up: in SOURCE, and under other names in the mirror. */
function usualPlaces({ repository, newest, source, path, content }: ContentSearch): BytePath[] {
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
    if (fileSystem.stat(folder)?.isDirectory() !== true) continue;
    append(found.plain, filesBelow(fileSystem, joinPath(folder, KEPT_MIRROR)));
    append(found.plain, filesBelow(fileSystem, joinPath(folder, KEPT_STAGING)));
    append(found.increments, filesBelow(fileSystem, joinPath(folder, KEPT_INCREMENTS)));
  }
  return found;
}

/** Every file of the mirror, whether or not the catalog knows it. */
function listMirrorFiles({ fileSystem, path }: OpenRepository): BytePath[] {
  return [
    ...filesBelow(fileSystem, path, dataPath(path)),
    ...filesBelow(fileSystem, mirrorPath(path, ALSO)),
  ];
}

/** The regular files below a folder; none where there is no folder. @param except is left out */
function filesBelow(fileSystem: FileSystem, folder: BytePath, except?: BytePath): BytePath[] {
  if (folder === except || fileSystem.stat(folder)?.isDirectory() !== true) return [];
  return fileSystem.list(folder).flatMap((name) => {
    const entry = joinPath(folder, name);
    const isFile = fileSystem.stat(entry)?.isFile() === true;
    return isFile ? [entry] : filesBelow(fileSystem, entry, except);
  });
}

/** Tries the bytes of a file as they are. */
async function writeFile(search: ContentSearch, file: BytePath): Promise<boolean> {
  const { checkpoint } = search.context;
  return tryToWrite(search, (emit) =>
    withReader(search, file, search.content.sizeBytes, (reader) =>
      emitChunks(readChunks(reader), emit, checkpoint),
    ),
  );
}

/** Tries an increment as a compressed full copy. */
async function writeFullCopy(search: ContentSearch, increment: BytePath): Promise<boolean> {
  const { fileSystem } = search.repository;
  return tryToWrite(search, (emit) =>
    emitChunks(
      zstdDecompress(readFileChunks(fileSystem, increment)),
      emit,
      search.context.checkpoint,
    ),
  );
}

/** Tries an increment as a delta. */
async function writePatched(
  search: ContentSearch,
  increment: BytePath,
  basis: BytePath,
): Promise<boolean> {
  const { fileSystem } = search.repository;
  const sizeBytes = Number(fileSystem.stat(basis)?.size ?? 0n);
  return tryToWrite(search, (emit) =>
    withReader(search, basis, sizeBytes, async (reader) => {
      await patch(reader, zstdDecompress(readFileChunks(fileSystem, increment)), emit, {
        checkpoint: search.context.checkpoint,
        maxResultBytes: search.content.sizeBytes,
      });
    }),
  );
}

/** @returns false where the bytes are not the content, or cannot be read */
async function tryToWrite(
  { repository, content, into }: ContentSearch,
  produce: (emit: Emit) => Promise<void>,
): Promise<boolean> {
  const { fileSystem } = repository;
  let position = 0;
  let isWriting = false;
  const write = (bytes: Uint8Array): void => {
    if (position + bytes.length > content.sizeBytes) {
      throw new CorruptError('it is longer than the content');
    }
    isWriting = true;
    writeSparsely(fileSystem, into, bytes, position);
    isWriting = false;
    position += bytes.length;
  };
  try {
    fileSystem.truncate(into, 0);
    await emitProved(content, new LocalDigest(content.sizeBytes), write, produce);
    return true;
  } catch (error) {
    // A failure to write says nothing about the file that was read.
    if (!isWriting && (error instanceof CorruptError || error instanceof SystemError)) return false;
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
    if (!fileSystem.statOpen(file).isFile()) throw new CorruptError('it is not a file');
    await use(new FileReader(fileSystem, file, sizeBytes));
  } finally {
    fileSystem.close(file);
  }
}
