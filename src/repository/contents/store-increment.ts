// Writes one file of increments/, and checks the written file (docs/format.md, "Increments"). The check
// follows the writing on another thread, or begins after the writing. No other code writes to increments/.
import { createHash } from 'node:crypto';
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import type { GrowingFile } from '../../system/files/shared-file-reader.js';
import { WriteBehind } from '../../system/files/write-behind.js';
import {
  createAvailableBytes,
  endAvailableBytes,
  giveUpAvailableBytes,
  raiseAvailableBytes,
} from '../../system/threads/available-bytes.js';
import { incrementPath } from '../layout.js';

export interface StoreRequest<Made> {
  readonly fileSystem: FileSystem;
  readonly repository: BytePath;
  readonly id: number;
  /** Makes the compressed bytes and passes them to `write`, in order. */
  readonly make: (write: (bytes: Uint8Array) => void) => Promise<Made>;
  /** Whether the file is kept, and so has to be finished and checked. Without this, every file is. */
  readonly isWanted?: (made: Made) => boolean;
  /** Reads the stored file. Returns the digest of the file's content, or of what the file's delta makes. */
  readonly check: (stored: StoredFile) => Promise<Buffer>;
  /** Whether `check` begins together with `make` and follows the file. Else `check` begins after `make`. */
  readonly isFollowed: boolean;
}

/** The file while it is open. */
export interface StoredFile extends GrowingFile {
  /** How many bytes have been written so far. */
  readonly sizeBytes: number;
}

export interface Stored<Made> {
  readonly made: Made;
  /** The digest that `check` returned; null where `isWanted` returned false. */
  readonly checked: Buffer | null;
  readonly storedBytes: number;
  readonly storedSha256: Buffer;
}

/**
 * Writes, syncs and checks one increment. The folder is not synced. When the promise settles, the file is
 * closed and no thread reads it. When the promise rejects, the file stays, and the caller deletes it.
 */
export async function storeIncrement<Made>(request: StoreRequest<Made>): Promise<Stored<Made>> {
  const { fileSystem, repository, id } = request;
  const descriptor = fileSystem.open(incrementPath(repository, id), 'create');
  const writing = new IncrementWriting(fileSystem, descriptor);
  const following = request.isFollowed ? request.check(writing) : null;
  // A failure of the check is handled below, or only follows from an earlier failure.
  following?.catch(() => {});
  try {
    const made = await request.make((bytes) => writing.write(bytes));
    const isWanted = request.isWanted?.(made) ?? true;
    if (isWanted) await writing.finish();
    const checked = isWanted ? await (following ?? request.check(writing)) : null;
    return { made, checked, storedBytes: writing.sizeBytes, storedSha256: writing.digest() };
  } finally {
    await writing.leave();
    await following?.catch(() => {});
    fileSystem.close(descriptor);
  }
}

class IncrementWriting implements StoredFile {
  readonly descriptor: FileDescriptor;
  readonly available = createAvailableBytes();
  readonly #fileSystem: FileSystem;
  readonly #behind: WriteBehind;
  readonly #hash = createHash('sha256');
  sizeBytes = 0;

  constructor(fileSystem: FileSystem, descriptor: FileDescriptor) {
    this.#fileSystem = fileSystem;
    this.descriptor = descriptor;
    this.#behind = new WriteBehind(fileSystem, descriptor);
  }

  write(bytes: Uint8Array): void {
    this.#fileSystem.write(this.descriptor, bytes, this.sizeBytes);
    this.#hash.update(bytes);
    this.sizeBytes += bytes.length;
    raiseAvailableBytes(this.available, this.sizeBytes);
    this.#behind.wrote(bytes.length);
  }

  /** Tells the following thread that the file is complete, then syncs the file. */
  async finish(): Promise<void> {
    endAvailableBytes(this.available, this.sizeBytes);
    await this.#behind.settle();
    await this.#fileSystem.syncInBackground(this.descriptor);
  }

  digest(): Buffer {
    return this.#hash.digest();
  }

  /** Stops a thread that still follows the file, and waits until the last sync has ended. */
  async leave(): Promise<void> {
    giveUpAvailableBytes(this.available);
    await this.#behind.settle().catch(() => {});
  }
}
