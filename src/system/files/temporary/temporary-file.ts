// A temporary file without a name: nobody else can open it, and the kernel frees it when the file is closed
// or the process dies, at whatever moment. The file system makes it so (O_TMPFILE). Where it cannot, the file
// gets a name in a folder of its own for a moment (temporary-folder.ts).
import { tmpdir } from 'node:os';
import { NoSpaceError } from '../../../errors.js';
import { type BytePath, formatPath, joinPath, pathFromText } from '../byte-path.js';
import type { ByteReader } from '../byte-reader.js';
import { type FileDescriptor, type FileSystem, RealFileSystem } from '../file-system.js';
import { isErrno } from '../errno.js';
import { writeSparsely } from '../write-sparsely.js';
import { createTemporaryFolder } from './temporary-folder.js';
import { formatSize } from '../../text/format-size.js';

/** A temporary file on its way to another thread. A descriptor belongs to the whole process. */
export interface HandedFile {
  readonly descriptor: FileDescriptor;
  readonly sizeBytes: number;
}

/** @throws NoSpaceError where the folder for temporary files has too little room */
export function requireTemporarySpace(
  fileSystem: Pick<FileSystem, 'freeBytes'>,
  neededBytes: number,
): void {
  const folder = pathFromText(tmpdir());
  const freeBytes = fileSystem.freeBytes(folder);
  if (freeBytes >= neededBytes) return;
  throw new NoSpaceError(
    `not enough space for temporary files in '${formatPath(folder)}': ${formatSize(neededBytes)} are needed, ${formatSize(freeBytes)} are free`,
    { path: folder, neededBytes, freeBytes, hint: 'set TMPDIR to a folder with more room' },
  );
}

/** Bytes are added at the end and read from anywhere. */
export class TemporaryFile implements ByteReader {
  readonly #fileSystem = new RealFileSystem();
  readonly #file: FileDescriptor;
  #sizeBytes = 0;

  /**
   * @param handed from `handOver` on another thread; null for a new file
   * @throws SystemError when the folder for temporary files (TMPDIR) cannot be written.
   */
  constructor(handed: HandedFile | null = null) {
    if (handed !== null) {
      this.#file = handed.descriptor;
      this.#sizeBytes = handed.sizeBytes;
      return;
    }
    this.#file = openUnnamedFile(this.#fileSystem);
  }

  /** Hands the file to another thread, which closes it. This object must not be used afterwards. */
  handOver(): HandedFile {
    return { descriptor: this.#file, sizeBytes: this.#sizeBytes };
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  append(bytes: Uint8Array): void {
    writeSparsely(this.#fileSystem, this.#file, bytes, this.#sizeBytes);
    this.#sizeBytes += bytes.length;
  }

  read(into: Uint8Array, position: number): number {
    return this.#fileSystem.read(this.#file, into, position);
  }

  close(): void {
    this.#fileSystem.close(this.#file);
  }
}

/** How a file system says that it has no files without a name. EISDIR: the kernel does not know them. */
const UNABLE = ['EOPNOTSUPP', 'ENOTSUP', 'EISDIR', 'EINVAL', 'ENOENT'];

/**
 * @param directory where the bytes lie
 * @throws SystemError when the directory cannot be written
 */
export function openUnnamedFile(
  fileSystem: Pick<FileSystem, 'open' | 'unlink'>,
  directory: BytePath = pathFromText(tmpdir()),
): FileDescriptor {
  try {
    return fileSystem.open(directory, 'unnamed');
  } catch (error) {
    if (!UNABLE.some((errno) => isErrno(error, errno))) throw error;
  }
  const folder = createTemporaryFolder(directory);
  try {
    const path = joinPath(folder.path, 'file');
    const file = fileSystem.open(path, 'create');
    fileSystem.unlink(path);
    return file;
  } finally {
    folder.remove();
  }
}
