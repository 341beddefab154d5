// redis-rewind-data/kept/<number>: the folder in which one repair keeps the files that the repair replaces,
// and the files that a later writer would delete. The folder is made for the first such file. Nothing in
// this folder is ever deleted, or read as part of the repository. A file is kept under a second name, so
// the file is never missing from its old place.
import { type BytePath, ROOT, joinPath, parentPath } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileDescriptor, FileSystem } from '../../system/files/file-system.js';
import { readFileChunks } from '../../system/files/read-chunks.js';
import { greatest } from '../../system/lists/lists.js';
import { dataPath, keptPath, parseKeptName } from '../layout.js';
import { syncDirectory } from '../staging.js';

export class KeptFolder {
  readonly #fileSystem: FileSystem;
  readonly #repository: BytePath;
  #folder: BytePath | null = null;
  readonly #made = new Set<BytePath>();

  constructor(fileSystem: FileSystem, repository: BytePath) {
    this.#fileSystem = fileSystem;
    this.#repository = repository;
  }

  /**
   * Keeps a file or link under a second name. Copies its bytes where the file system has no hard links.
   * @param name below the folder, such as `mirror/dump.rdb`
   * @returns the path of the second name
   */
  link(path: BytePath, name: BytePath): BytePath {
    const keptFile = this.#prepare(name);
    try {
      this.#fileSystem.makeHardLink(path, keptFile);
    } catch (error) {
      if (!NO_LINKS.some((errno) => isErrno(error, errno))) throw error;
      return this.copy(path, name);
    }
    syncDirectory(this.#fileSystem, parentPath(keptFile));
    return keptFile;
  }

  /** Keeps a copy of a file that will be changed in place. */
  copy(path: BytePath, name: BytePath): BytePath {
    const keptFile = this.#prepare(name);
    const file = this.#fileSystem.open(keptFile, 'create');
    try {
      copyInto(this.#fileSystem, path, file);
      this.#fileSystem.sync(file);
    } finally {
      this.#fileSystem.close(file);
    }
    syncDirectory(this.#fileSystem, parentPath(keptFile));
    return keptFile;
  }

  /** Moves an entry that cannot have a second name, such as a directory. */
  move(path: BytePath, name: BytePath): BytePath {
    const keptFile = this.#prepare(name);
    this.#fileSystem.rename(path, keptFile);
    syncDirectory(this.#fileSystem, parentPath(keptFile));
    syncDirectory(this.#fileSystem, parentPath(path));
    return keptFile;
  }

  #prepare(name: BytePath): BytePath {
    const keptFile = joinPath(this.#begin(), name);
    this.#makeDirectory(parentPath(keptFile));
    return keptFile;
  }

  /** The folder of this repair. Its number is one more than the highest number in use. */
  #begin(): BytePath {
    if (this.#folder !== null) return this.#folder;
    const root = keptPath(this.#repository);
    this.#makeDirectory(root);
    const numbers = this.#fileSystem.list(root).map((name) => parseKeptName(name) ?? 0);
    this.#folder = joinPath(root, String(greatest(numbers, 0) + 1));
    this.#makeDirectory(this.#folder);
    return this.#folder;
  }

  #makeDirectory(path: BytePath): void {
    if (path === ROOT || path === dataPath(this.#repository) || this.#made.has(path)) return;
    this.#makeDirectory(parentPath(path));
    if (this.#fileSystem.stat(path) === null) {
      this.#fileSystem.makeDirectory(path, 0o700);
      syncDirectory(this.#fileSystem, parentPath(path));
    }
    this.#made.add(path);
  }
}

/** Errors of file systems without hard links, and of files that may not get another hard link. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES'];

function copyInto(fileSystem: FileSystem, from: BytePath, into: FileDescriptor): void {
  let position = 0;
  for (const bytes of readFileChunks(fileSystem, from)) {
    fileSystem.write(into, bytes, position);
    position += bytes.length;
  }
}
