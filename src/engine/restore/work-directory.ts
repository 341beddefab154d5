// A restore's own directory, beside its destination or in it. The restored entries are put together there,
// and the files that they replace are kept there. A killed restore leaves the directory; later restores do
// not touch it.
//
// Its parent may belong to somebody else, who can rename and replace it at any moment. So it is held open
// from the moment it is made: only this user may enter it, and nothing in it is reached through its name.
import { InTheWayError } from '../../errors.js';
import { type BytePath, formatPath, joinPath } from '../../system/files/byte-path.js';
import { isErrno, systemError } from '../../system/files/errno.js';
import type { FileStat, FileSystem } from '../../system/files/file-system.js';
import type { HeldFolder } from '../../system/files/held-folders.js';
import { removeTree } from '../../system/files/remove-tree.js';
import { setMode } from '../../system/files/metadata/set-mode.js';

export interface WorkPaths {
  /** The existing directory that the work directory is in. */
  readonly parent: BytePath;
  readonly root: BytePath;
  /** Where restored entries are put together. */
  readonly made: BytePath;
  /** Where the files that they replace are kept until the restore is done. */
  readonly aside: BytePath;
}

/** Who makes it, and by which means: a RunContext has both. */
export interface Actor {
  readonly fileSystem: FileSystem;
  /** The user that this process acts as. */
  readonly uid: number;
}

export class WorkDirectory implements WorkPaths {
  readonly parent: BytePath;
  readonly root: BytePath;
  readonly made: BytePath;
  readonly aside: BytePath;
  readonly #fileSystem: FileSystem;
  readonly #uid: number;
  #held: HeldFolder | null = null;

  /**
   * Chooses a name that is free and makes nothing yet.
   * @param parent a held folder
   * @param name unique among the processes of this machine. When a killed restore has left a directory
   *   of that name, a number is added
   */
  constructor({ fileSystem, uid }: Actor, parent: BytePath, name: string) {
    let root = joinPath(parent, name);
    for (let count = 2; fileSystem.stat(root) !== null; count += 1) {
      root = joinPath(parent, `${name}-${count}`);
    }
    this.parent = parent;
    this.root = root;
    this.made = joinPath(root, 'made');
    this.aside = joinPath(root, 'aside');
    this.#fileSystem = fileSystem;
    this.#uid = uid;
  }

  /** @throws InTheWayError where another program has put something else in its place */
  make(): void {
    const fileSystem = this.#fileSystem;
    this.#makeRoot();
    this.#held = fileSystem.hold(this.root);
    try {
      this.#requireOwn();
    } catch (error) {
      this.leave();
      throw error;
    }
    fileSystem.makeDirectory(this.made, 0o700);
    fileSystem.makeDirectory(this.aside, 0o700);
  }

  /** Deletes the directory with all that is in it, if this restore has made it. */
  remove(): void {
    if (this.#held === null) return;
    try {
      removeTree(this.#fileSystem, this.root);
    } finally {
      this.leave();
    }
  }

  /** Whether files of the destination are kept in it. */
  hasReplaced(): boolean {
    return this.#held !== null && this.#fileSystem.list(this.aside).length > 0;
  }

  /** Holds the directory no longer, and leaves it where it is. */
  leave(): void {
    this.#held?.release();
    this.#held = null;
  }

  /** @throws SystemError that names the parent where this user may not write in it */
  #makeRoot(): void {
    try {
      this.#fileSystem.makeDirectory(this.root, 0o700);
    } catch (error) {
      const errno = ['EACCES', 'EPERM', 'EROFS'].find((name) => isErrno(error, name));
      throw errno === undefined ? error : systemError('write in', this.parent, errno, error);
    }
  }

  /** What is held may not be what was made: whoever owns the parent can put another directory there. */
  #requireOwn(): void {
    const fileSystem = this.#fileSystem;
    const stat = fileSystem.stat(this.root);
    if (stat !== null && this.#isOwn(stat)) {
      // Nobody else can enter it from here on, so that it stays empty if it is.
      if ((stat.mode & 0o077n) !== 0n) setMode(fileSystem, this.root, 0o700);
      if (fileSystem.list(this.root).length === 0) return;
    }
    const message = `another program has put something else in the place of '${formatPath(this.root)}'`;
    throw new InTheWayError(message, { path: this.root });
  }

  #isOwn({ uid }: FileStat): boolean {
    return Number(uid) === this.#uid || uid === this.#ownerOfNewFile();
  }

  /** Some file systems give all that is made to one owner: vfat, or NFS where root is squashed. */
  #ownerOfNewFile(): bigint {
    const fileSystem = this.#fileSystem;
    const probe = joinPath(this.root, 'probe');
    const file = fileSystem.open(probe, 'create');
    try {
      return fileSystem.statOpen(file).uid;
    } finally {
      fileSystem.close(file);
      fileSystem.unlink(probe);
    }
  }
}
