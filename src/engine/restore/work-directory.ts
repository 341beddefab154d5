// A restore's own directory, beside its destination or in it. Entries are made there, and the files that
// they replace are kept there. A killed restore leaves the directory; later restores do not touch it.
import { type BytePath, joinPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { removeTree } from '../../system/files/remove-tree.js';

export interface WorkPaths {
  /** The existing directory that the work directory is in. */
  readonly parent: BytePath;
  readonly root: BytePath;
  /** Where files and links are made. */
  readonly made: BytePath;
  /** Where the files that they replace are kept until the restore is done. */
  readonly aside: BytePath;
  /** Where a new directory is put together. */
  readonly whole: BytePath;
}

export class WorkDirectory implements WorkPaths {
  readonly parent: BytePath;
  readonly root: BytePath;
  readonly made: BytePath;
  readonly aside: BytePath;
  readonly whole: BytePath;
  readonly #fileSystem: FileSystem;
  #isMade = false;

  /**
   * Chooses a name that is free and makes nothing yet.
   * @param name unique among the processes of this machine. When a killed restore has left a directory
   *   of that name, a number is added
   */
  constructor(fileSystem: FileSystem, parent: BytePath, name: string) {
    let root = joinPath(parent, name);
    for (let count = 2; fileSystem.stat(root) !== null; count += 1) {
      root = joinPath(parent, `${name}-${count}`);
    }
    this.parent = parent;
    this.root = root;
    this.made = joinPath(root, 'made');
    this.aside = joinPath(root, 'aside');
    this.whole = joinPath(root, 'whole');
    this.#fileSystem = fileSystem;
  }

  /** Makes all but `whole`, which is made by the plan that needs it. */
  make(): void {
    this.#fileSystem.makeDirectory(this.root, 0o700);
    this.#isMade = true;
    this.#fileSystem.makeDirectory(this.made, 0o700);
    this.#fileSystem.makeDirectory(this.aside, 0o700);
  }

  /** Deletes the directory with all that is in it, if this restore has made it. */
  remove(): void {
    if (this.#isMade) removeTree(this.#fileSystem, this.root);
  }
}
