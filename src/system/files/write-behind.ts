// Syncs a long file while it is still being written. By itself the kernel keeps written bytes in memory, and
// one sync at the end waits for all of them. With early syncs the disk works while this thread goes on.
// Measured with 858 MB: 0.26 s instead of 0.45 s.
import type { FileDescriptor, FileSystem } from './file-system.js';

const SYNC_EVERY_BYTES = 32 << 20;

/** Follows the writing of one open file. The owner of the file still has to sync it at the end. */
export class WriteBehind {
  readonly #fileSystem: FileSystem;
  readonly #file: FileDescriptor;
  readonly #everyBytes: number;
  #syncing: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;
  #unsyncedBytes = 0;

  constructor(fileSystem: FileSystem, file: FileDescriptor, everyBytes = SYNC_EVERY_BYTES) {
    this.#fileSystem = fileSystem;
    this.#file = file;
    this.#everyBytes = everyBytes;
  }

  /** Reports that `count` more bytes were written. @throws the error of an earlier sync */
  wrote(count: number): void {
    if (this.#failure !== null) throw this.#failure.error;
    this.#unsyncedBytes += count;
    if (this.#unsyncedBytes < this.#everyBytes || this.#syncing !== null) return;
    this.#unsyncedBytes = 0;
    this.#syncing = this.#fileSystem
      .syncInBackground(this.#file)
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#syncing = null;
      });
  }

  /** Waits for a sync that is under way, so that the file can be closed. @throws as `wrote` */
  async settle(): Promise<void> {
    await this.#syncing;
    if (this.#failure !== null) throw this.#failure.error;
  }
}
