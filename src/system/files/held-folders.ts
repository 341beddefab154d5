// Folders that are held open, and how every path below them is reached: from the open folder, name by name,
// with no symbolic link followed on the way. Whoever owns the folder may rename, link and swap below it at
// any moment, and still cannot lead this process out of it.
//
// Node.js has no openat(2). On Linux `/proc/PID/fd/N/name` names the same: the kernel goes on from the open
// folder N itself, wherever it lies by now (proc_pid_fd(5)).
import * as fs from 'node:fs';
import { SystemError } from '../../errors.js';
import { errnoOf } from '../errno/errno-of.js';
import { mostOpenFolders, openFilesLimit } from '../limits/open-files-limit.js';
import {
  type BytePath,
  baseName,
  formatPath,
  isWithin,
  joinPath,
  parentPath,
  pathFromText,
  pathToBytes,
} from './byte-path.js';
import { systemError } from './errno.js';

/** O_PATH of open(2) on Linux, which Node.js does not export: a place in the tree, neither read nor written. */
export const O_PATH = 0o10000000;

const { O_DIRECTORY, O_NOFOLLOW } = fs.constants;

export interface HeldFolder {
  /** Paths below are followed again as any other. A second call does nothing. */
  release(): void;
}

/** Paths that another process may use until they are released. */
export interface LentPaths {
  readonly paths: readonly Buffer[];
  release(): void;
}

interface Hold {
  readonly descriptor: number;
  holders: number;
}

export class HeldFolders {
  readonly #self: string;
  #descriptors: string | null = null;
  readonly #holds = new Map<BytePath, Hold>();
  /** Folders below held ones, the one used last at the end. */
  readonly #open = new Map<BytePath, number>();
  /** How many folders below held ones are kept open. */
  #mostOpen: number | null = null;
  /** The folder of another path of the same call, which must stay open until the call is made. */
  #needed: BytePath | null = null;

  /** @param self where the kernel shows this process */
  constructor(self = '/proc/self') {
    this.#self = self;
  }

  /**
   * @param path real path, absolute
   * @throws SystemError where it is no directory, has a link in it, or /proc is missing
   */
  hold(path: BytePath): HeldFolder {
    const hold = this.#holds.get(path) ?? { descriptor: this.#openFromAbove(path), holders: 0 };
    hold.holders += 1;
    this.#holds.set(path, hold);
    let isHeld = true;
    return {
      release: () => {
        if (isHeld) this.#release(path, hold);
        isHeld = false;
      },
    };
  }

  /** The path itself, as a system call reaches it. A call must not follow a link that is the last name. */
  reach(path: BytePath): Buffer {
    const held = this.#holds.get(path);
    return held === undefined ? this.reachName(path) : this.#below(held.descriptor, '.');
  }

  /** As `reach`, of the name in its folder, also where the path is a held folder: to rename or to delete. */
  reachName(path: BytePath): Buffer {
    if (!this.#isBelowHeld(path)) return pathToBytes(path);
    const name = baseName(path);
    if (name === '' || name === '.' || name === '..') {
      throw systemError('reach', path, 'EINVAL', null);
    }
    return this.#below(this.#folder(parentPath(path)), name);
  }

  /** As `reachName`, of two names for one call, however many folders lead to the second. */
  reachNames(first: BytePath, second: BytePath): [Buffer, Buffer] {
    this.#needed = parentPath(first);
    try {
      return [this.reachName(first), this.reachName(second)];
    } finally {
      this.#needed = null;
    }
  }

  /** The open folder at a path that is held or lies below a held one; null for any other path. */
  folder(path: BytePath): number | null {
    return this.#holds.has(path) || this.#isBelowHeld(path) ? this.#folder(path) : null;
  }

  /** The descriptor of a held folder; null where the path is not itself held. */
  held(path: BytePath): number | null {
    return this.#holds.get(path)?.descriptor ?? null;
  }

  /** An open file or folder by its descriptor. A system call follows it to what is open. */
  opened(descriptor: number): Buffer {
    return Buffer.from(`${this.#root()}/${descriptor}`);
  }

  /** Paths for a child process, which has none of the folders open itself. */
  lend(paths: readonly BytePath[]): LentPaths {
    const lent = new Map<BytePath, number>();
    const release = (): void => {
      for (const descriptor of lent.values()) fs.closeSync(descriptor);
    };
    try {
      const reached = paths.map((path) => {
        const isHeld = this.#holds.has(path);
        if (!isHeld && !this.#isBelowHeld(path)) return pathToBytes(path);
        const parent = isHeld ? path : parentPath(path);
        let descriptor = lent.get(parent);
        if (descriptor === undefined) {
          const flags = O_PATH | O_DIRECTORY;
          descriptor = fs.openSync(this.opened(this.#folder(parent)), flags);
          lent.set(parent, descriptor);
        }
        return this.#below(descriptor, isHeld ? '.' : baseName(path));
      });
      return { paths: reached, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Closes the folders that were opened at and below a path, since the path is given to something else. */
  forget(path: BytePath): void {
    for (const [open, descriptor] of this.#open) {
      if (!isWithin(open, path)) continue;
      this.#open.delete(open);
      fs.closeSync(descriptor);
    }
  }

  #release(path: BytePath, hold: Hold): void {
    hold.holders -= 1;
    if (hold.holders > 0) return;
    this.#holds.delete(path);
    this.forget(path);
    fs.closeSync(hold.descriptor);
  }

  #isBelowHeld(path: BytePath): boolean {
    for (const held of this.#holds.keys()) {
      if (path !== held && isWithin(path, held)) return true;
    }
    return false;
  }

  /** @param path held, or below a held folder */
  #folder(path: BytePath): number {
    const held = this.#holds.get(path);
    if (held !== undefined) return held.descriptor;
    const open = this.#open.get(path);
    if (open !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, open);
      return open;
    }
    const descriptor = this.#openFolder(this.reachName(path));
    this.#open.set(path, descriptor);
    this.#mostOpen ??= mostOpenFolders(openFilesLimit());
    if (this.#open.size > this.#mostOpen) this.#closeOldest();
    return descriptor;
  }

  #closeOldest(): void {
    for (const [path, descriptor] of this.#open) {
      if (path === this.#needed) continue;
      this.#open.delete(path);
      fs.closeSync(descriptor);
      return;
    }
  }

  /** Opens a folder from the root of the file system on, with no link followed. */
  #openFromAbove(path: BytePath): number {
    let descriptor = this.#openFolder('/');
    let reached = pathFromText('/');
    for (const name of path.split('/').filter((part) => part !== '')) {
      reached = joinPath(reached, name);
      const above = descriptor;
      try {
        descriptor = this.#openFolder(this.#below(above, name as BytePath));
      } catch (error) {
        const errno = errnoOf(error);
        throw errno === '' ? error : systemError('open', reached, errno, error);
      } finally {
        fs.closeSync(above);
      }
    }
    return descriptor;
  }

  #openFolder(path: string | Buffer): number {
    return fs.openSync(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  }

  #below(folder: number, name: BytePath | '.'): Buffer {
    return Buffer.from(`${this.#root()}/${folder}/${name}`, 'latin1');
  }

  /** The folder in which the kernel shows the descriptors of this process, also to other processes. */
  #root(): string {
    this.#descriptors ??= this.#findRoot();
    return this.#descriptors;
  }

  #findRoot(): string {
    try {
      const directory = this.#self.slice(0, this.#self.lastIndexOf('/'));
      const root = `${directory}/${fs.readlinkSync(this.#self)}/fd`;
      fs.readdirSync(root);
      return root;
    } catch (cause) {
      const object = pathFromText(this.#self);
      throw new SystemError(
        {
          operation: 'open folders by',
          object: formatPath(object),
          path: object,
          errno: errnoOf(cause),
          reason: '/proc is not mounted',
        },
        { hint: 'mount it with: mount -t proc proc /proc', cause },
      );
    }
  }
}
