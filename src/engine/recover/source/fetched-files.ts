// The files of an archive in one temporary file, from which they can be read as often as wanted. The file has no name, and it
// is gone with the process (temporary-file.ts).
import { createHash } from 'node:crypto';
import type { Emit } from '../../../delta/engine/emit.js';
import { CorruptError } from '../../../errors.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import { TemporaryFile } from '../../../system/files/temporary/temporary-file.js';
import type { Checkpoint } from '../../../system/time/checkpoint.js';

interface Place {
  readonly startsAt: number;
  readonly sizeBytes: number;
  /** SHA-256 */
  readonly digest: Buffer;
}

export class FetchedFiles {
  readonly #checkpoint: Checkpoint;
  readonly #file = new TemporaryFile();
  readonly #places = new Map<BytePath, Place>();

  /** @throws SystemError where the folder for temporary files cannot be written */
  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
  }

  /**
   * @param digest SHA-256 of the file
   * @param read emits all bytes of the file, and rejects where they do not have that digest
   */
  async add(path: BytePath, digest: Buffer, read: (emit: Emit) => Promise<void>): Promise<void> {
    const startsAt = this.#file.sizeBytes;
    await read((bytes) => this.#file.append(bytes));
    this.#places.set(path, { startsAt, sizeBytes: this.#file.sizeBytes - startsAt, digest });
  }

  /** Emits all bytes of a file in order. @throws CorruptError where the disk gives back others */
  async read(path: BytePath, emit: Emit): Promise<void> {
    const place = this.#places.get(path);
    if (place === undefined) throw new Error(`'${formatPath(path)}' was not fetched`);
    const { startsAt, sizeBytes, digest } = place;
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, sizeBytes));
    for (let done = 0; done < sizeBytes;) {
      await this.#checkpoint();
      const count = this.#file.read(buffer.subarray(0, sizeBytes - done), startsAt + done);
      if (count === 0) break;
      const bytes = buffer.subarray(0, count);
      hash.update(bytes);
      await emit(bytes);
      done += count;
    }
    if (hash.digest().equals(digest)) return;
    throw new CorruptError(`'${formatPath(path)}' has changed in the folder for temporary files`, {
      path,
      hint: 'look after the disk of that folder, or set TMPDIR to one on another disk',
    });
  }

  close(): void {
    this.#file.close();
  }
}

const READ_BYTES = 1 << 20;
