// Which names the file system of a repository takes. exFAT has no `:` in names, eCryptfs none of more than 143
// bytes, and some file systems take `A` and `a` for one name. A commit that owes the mirror such a name could
// never be finished. So names that are not plain are tried before the commit, in a folder of staging.
import { type BytePath, joinPath, pathFromText } from '../../system/files/byte-path.js';
import { isErrno } from '../../system/files/errno.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { removeTree } from '../../system/files/remove-tree.js';
import { probePath } from '../layout.js';

/** Every file system takes such a name. */
const PLAIN =
  /^(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$))[a-z0-9_-](?:[a-z0-9._-]{0,98}[a-z0-9_-])?$/i;

/** How a file system refuses a name. */
const REFUSED = [
  'ENAMETOOLONG',
  'EINVAL',
  'EILSEQ',
  'ENOENT',
  'EPERM',
  'EACCES',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
];

export class NameProbe {
  readonly #fileSystem: FileSystem;
  readonly #folder: BytePath;
  readonly #known = new Map<BytePath, boolean>();
  #isMade = false;
  #foldsCase: boolean | null = null;

  /** @param repository held, and locked for writing */
  constructor(fileSystem: FileSystem, repository: BytePath) {
    this.#fileSystem = fileSystem;
    this.#folder = probePath(repository);
  }

  /** @param name of an entry in its folder */
  isTaken(name: BytePath): boolean {
    if (PLAIN.test(name)) return true;
    const known = this.#known.get(name) ?? this.#try(name);
    this.#known.set(name, known);
    return known;
  }

  /** Whether `A` and `a` are one name. */
  get foldsCase(): boolean {
    this.#foldsCase ??= this.#isFoundAs('a', 'A');
    return this.#foldsCase;
  }

  /** Removes what the probe has made. */
  end(): void {
    if (this.#isMade) removeTree(this.#fileSystem, this.#folder);
  }

  /** A name that is changed on its way, such as one that loses its last dot, is not taken either. */
  #try(name: BytePath): boolean {
    const path = joinPath(this.#prepare(), name);
    try {
      this.#make(path);
    } catch (error) {
      if (REFUSED.some((errno) => isErrno(error, errno))) return false;
      throw error;
    }
    const isSame = this.#fileSystem.list(this.#folder).includes(name);
    this.#fileSystem.unlink(path);
    return isSame;
  }

  #isFoundAs(made: string, sought: string): boolean {
    const folder = this.#prepare();
    const path = joinPath(folder, pathFromText(made));
    this.#make(path);
    const isFound = this.#fileSystem.stat(joinPath(folder, pathFromText(sought))) !== null;
    this.#fileSystem.unlink(path);
    return isFound;
  }

  #make(path: BytePath): void {
    this.#fileSystem.close(this.#fileSystem.open(path, 'create'));
  }

  #prepare(): BytePath {
    if (!this.#isMade) this.#fileSystem.makeDirectory(this.#folder, 0o700);
    this.#isMade = true;
    return this.#folder;
  }
}
