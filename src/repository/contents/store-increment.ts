// Writing one file of increments/, and checking what was written: by a thread that follows the writing, or
// afterwards. Nothing else writes there (docs/format.md, "Increments").
import { createHash } from 'node:crypto';
import {
  createAvailableBytes,
  endAvailableBytes,
  giveUpAvailableBytes,
  raiseAvailableBytes,
} from '../../system/threads/available-bytes.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import type { GrowingFile } from '../../system/files/shared-file-reader.js';
import { WriteBehind } from '../../system/files/write-behind.js';
import { incrementPath } from '../layout.js';

export interface StoreRequest<Made> {
  readonly fileSystem: FileSystem;
  readonly repository: BytePath;
  readonly id: number;
  /** Makes the compressed bytes and has them written, in order. */
  readonly make: (write: (bytes: Uint8Array) => void) => Promise<Made>;
  /** Whether what was made is worth a check; true where this is not given. */
  readonly isWanted?: (made: Made) => boolean;
  /** Reads the file as it is stored and tells the digest of what it holds, or makes. */
  readonly check: (stored: StoredFile) => Promise<Buffer>;
  /** Whether `check` begins together with `make` and follows the file, or only once that is whole. */
  readonly isFollowed: boolean;
}

/** The file while it is open. */
export interface StoredFile extends GrowingFile {
  /** How many bytes it has by now. */
  readonly sizeBytes: number;
}

export interface Stored<Made> {
  readonly made: Made;
  /** What `check` found; null where it was not wanted. */
  readonly checked: Buffer | null;
  readonly storedBytes: number;
  readonly storedSha256: Buffer;
}

/**
 * Writes, syncs (not the folder's name of it) and checks one increment. The file is closed and nothing
 * reads it any more when the promise settles; where it rejects, what was written is left to the caller.
 */
export async function storeIncrement<Made>(request: StoreRequest<Made>): Promise<Stored<Made>> {
  const { fileSystem, repository, id } = request;
  const descriptor = fileSystem.open(incrementPath(repository, id), 'create');
  const writing = new IncrementWriting(fileSystem, descriptor);
  const following = request.isFollowed ? request.check(writing) : null;
  // A failure is met below, or is the consequence of an earlier one.
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

  /** Tells the follower that the file has ended, and syncs the file. */
  async finish(): Promise<void> {
    endAvailableBytes(this.available, this.sizeBytes);
    await this.#behind.settle();
    await this.#fileSystem.syncInBackground(this.descriptor);
  }

  digest(): Buffer {
    return this.#hash.digest();
  }

  /** Ends a thread that still follows, and waits until nothing is being synced. */
  async leave(): Promise<void> {
    giveUpAvailableBytes(this.available);
    await this.#behind.settle().catch(() => {});
  }
}
