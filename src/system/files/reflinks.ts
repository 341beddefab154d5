// Clones: copies that share their blocks with the original until one of them changes. A clone takes no time,
// whatever the size. It needs a file system such as btrfs or XFS, and works only within one file system.
// Whether it works is found by trying, once for each device.
import { SystemError } from '../../errors.js';
import type { BytePath } from './byte-path.js';
import type { FileDescriptor, FileStat, FileSystem } from './file-system.js';

/** Below this size a copy is as quick as a clone. */
const WORTHWHILE_FROM_BYTES = 1 << 20;

export class Reflinks {
  readonly #fileSystem: FileSystem;
  readonly #refused = new Set<bigint>();

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem;
  }

  /**
   * Creates a file at `path` with the content that `file` has at one moment. All paths must be on one file
   * system. Like any other new file, a clone is durable only after a sync.
   * @returns false where this does not work; then nothing is at `path`
   */
  tryClone(file: FileDescriptor, path: BytePath): boolean {
    const stat = this.#statIfPossible(file);
    if (stat === null) return false;
    const { dev, size } = stat;
    if (size < WORTHWHILE_FROM_BYTES || this.#refused.has(dev)) return false;
    const isCloned = this.#fileSystem.cloneInto(file, path);
    if (!isCloned) this.#refused.add(dev);
    return isCloned;
  }

  /** What is wrong with the file shows when it is read. */
  #statIfPossible(file: FileDescriptor): FileStat | null {
    try {
      return this.#fileSystem.statOpen(file);
    } catch (error) {
      if (error instanceof SystemError) return null;
      throw error;
    }
  }
}
