// The staging folder (docs/format.md, "Staging"). Before the commit it holds the new files and links of the
// mirror. After the commit it holds the entries that were taken out of the mirror. The folder is empty when
// no backup is in progress.
import { type BytePath, joinPath, parentPath } from '../system/files/byte-path.js';
import type { FileSystem } from '../system/files/file-system.js';
import { removeTree } from '../system/files/remove-tree.js';
import { STAGING_PARTS, stagedName, stagedPath, stagingPartPath, stagingPath } from './layout.js';

export class Staging {
  readonly #fileSystem: FileSystem;
  readonly #repository: BytePath;
  #count = 0;

  constructor(fileSystem: FileSystem, repository: BytePath) {
    this.#fileSystem = fileSystem;
    this.#repository = repository;
  }

  /** A fresh name below staging/new, such as `new/3`. */
  newName(): string {
    this.#count += 1;
    return stagedName('new', this.#count);
  }

  path(staged: string): BytePath {
    return stagedPath(this.#repository, staged);
  }

  /** Makes the folder and its two parts where they are missing. Durable on return. */
  prepare(): void {
    const fileSystem = this.#fileSystem;
    const root = stagingPath(this.#repository);
    if (fileSystem.stat(root) === null) {
      fileSystem.makeDirectory(root, 0o700);
      syncDirectory(fileSystem, parentPath(root));
    }
    for (const part of STAGING_PARTS) {
      const path = stagingPartPath(this.#repository, part);
      if (fileSystem.stat(path) === null) fileSystem.makeDirectory(path, 0o700);
    }
    syncDirectory(fileSystem, root);
  }

  /** Makes all names in staging/new durable. The caller has synced the files' bytes. */
  syncNew(): void {
    syncDirectory(this.#fileSystem, stagingPartPath(this.#repository, 'new'));
  }

  /** Deletes one staged file that is no longer needed. */
  discard(staged: string): void {
    this.#fileSystem.unlink(this.path(staged));
  }

  /**
   * Empties the two parts of staging, and deletes everything else in staging. No operation may be owed.
   * Durable on return: if a name came back after a power loss, the next commit would take it for its own.
   */
  clear(): void {
    const fileSystem = this.#fileSystem;
    const root = stagingPath(this.#repository);
    if (fileSystem.stat(root) === null) return;
    for (const name of fileSystem.list(root)) {
      const path = joinPath(root, name);
      const isOurs = STAGING_PARTS.some((part) => part === name);
      if (!isOurs || fileSystem.stat(path)?.isDirectory() !== true) {
        removeTree(fileSystem, path);
        continue;
      }
      const children = fileSystem.list(path);
      for (const child of children) removeTree(fileSystem, joinPath(path, child));
      if (children.length > 0) syncDirectory(fileSystem, path);
    }
  }
}

/** Makes the names in a directory durable. */
export function syncDirectory(fileSystem: FileSystem, path: BytePath): void {
  const directory = fileSystem.open(path, 'directory');
  try {
    fileSystem.sync(directory);
  } finally {
    fileSystem.close(directory);
  }
}
