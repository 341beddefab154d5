// Copies that share their blocks with the original until either is changed: made at once, whatever the
// size, where the file system can (btrfs, XFS), and only within one. Whether it can is found out by
// trying, once for each device.
import type { BytePath } from './byte-path.js';
import type { FileDescriptor, FileSystem } from './file-system.js';

/** Below this a copy is made as quickly as a clone. */
const WORTHWHILE_FROM_BYTES = 1 << 20;

export class Reflinks {
  readonly #fileSystem: FileSystem;
  readonly #refused = new Set<bigint>();

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem;
  }

  /**
   * Makes `path` a new file with the content that `file` has at one moment; all paths must be on one
   * file system. A clone is as durable as any other new file: not before it is synced.
   * @returns false where that cannot be, with nothing at `path`
   */
  tryClone(file: FileDescriptor, path: BytePath): boolean {
    const { dev, size } = this.#fileSystem.statOpen(file);
    if (size < WORTHWHILE_FROM_BYTES || this.#refused.has(dev)) return false;
    const isCloned = this.#fileSystem.cloneInto(file, path);
    if (!isCloned) this.#refused.add(dev);
    return isCloned;
  }
}
