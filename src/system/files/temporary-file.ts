// A temporary file without a name. It is unlinked right after it was created: nobody else can open it, and
// the kernel frees it when the file is closed or the process dies.
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { NoSpaceError } from '../../errors.js';
import { formatPath, joinPath, pathFromText } from './byte-path.js';
import type { ByteReader } from './byte-reader.js';
import { type FileDescriptor, type FileSystem, RealFileSystem } from './file-system.js';

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
    `not enough space for temporary files in '${formatPath(folder)}': ${neededBytes} bytes are needed, ${freeBytes} are free`,
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
    const path = joinPath(pathFromText(tmpdir()), `redis-rewind-${randomUUID()}`);
    this.#file = this.#fileSystem.open(path, 'create');
    this.#fileSystem.unlink(path);
  }

  /** Hands the file to another thread, which closes it. This object must not be used afterwards. */
  handOver(): HandedFile {
    return { descriptor: this.#file, sizeBytes: this.#sizeBytes };
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  append(bytes: Uint8Array): void {
    this.#fileSystem.write(this.#file, bytes, this.#sizeBytes);
    this.#sizeBytes += bytes.length;
  }

  read(into: Uint8Array, position: number): number {
    return this.#fileSystem.read(this.#file, into, position);
  }

  close(): void {
    this.#fileSystem.close(this.#file);
  }
}
