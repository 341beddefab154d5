// The file system as this program uses it: synchronous calls, paths as bytes, bigint stats. There are two
// implementations. RealFileSystem is here. The one of the tests injects faults and drops what was not
// synced. Every change of a repository goes through this interface, so that tests can stop the program
// after each change. Every failure is a SystemError with the operation and the path.
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf } from '../errno/errno-of.js';
import { type BytePath, ROOT, compareBytes, pathFromBytes, pathToBytes } from './byte-path.js';
import { attempt, toSystemError } from './errno.js';
import { type HeldFolder, HeldFolders, O_PATH } from './held-folders.js';
import { type ModificationTime, setModificationTimes } from './metadata/modification-times.js';

export type FileStat = fs.BigIntStats;
/** An open file. Positions and lengths are in bytes, exact up to 2^53. */
export type FileDescriptor = number;

export type OpenMode =
  /** An existing file, for reading. A symbolic link as the last name is refused (ELOOP). */
  | 'read'
  /** A new file of mode 0600, for writing and reading. Fails where something exists. */
  | 'create'
  /** A new file without a name in this directory, of mode 0600, for writing and reading. */
  | 'unnamed'
  /** An existing regular file, for writing and reading. */
  | 'update'
  /** A directory, for fsync. A symbolic link is refused (ENOTDIR). */
  | 'directory'
  /** Whatever stands there, also a symbolic link itself: for its stat, mode and owner, not for its bytes. */
  | 'entry';

export interface FileSystem {
  /**
   * Opens a directory and keeps it open. Until it is released, each path within it is reached from the open
   * directory, name by name, and a symbolic link on the way is refused (ENOTDIR). So whoever can change the
   * directory cannot lead this process out of it. A path outside every held folder is followed as usual.
   * @param path real path, absolute
   */
  hold(path: BytePath): HeldFolder;
  open(path: BytePath, mode: OpenMode): FileDescriptor;
  close(file: FileDescriptor): void;
  /** Fills `into` from `position` on. Returns how many bytes were read: fewer only at the end of the file. */
  read(file: FileDescriptor, into: Uint8Array, position: number): number;
  /** Writes all of `bytes` at `position`. */
  write(file: FileDescriptor, bytes: Uint8Array, position: number): void;
  truncate(file: FileDescriptor, sizeBytes: number): void;
  /**
   * Creates a file of mode 0600 at `path` that shares the blocks of an open file, and so has its content
   * at one moment. Returns false where this does not work, and then leaves nothing at `path`.
   */
  cloneInto(file: FileDescriptor, path: BytePath): boolean;
  sync(file: FileDescriptor): void;
  /** As `sync`, while this thread does other work. The file must stay open until the promise settles. */
  syncInBackground(file: FileDescriptor): Promise<void>;
  statOpen(file: FileDescriptor): FileStat;
  /** Of any open mode. A symbolic link has no mode (ENOTSUP). */
  chmodOpen(file: FileDescriptor, mode: number): void;
  chownOpen(file: FileDescriptor, uid: number, gid: number): void;
  /** The stat of the path itself: a link is not followed. Null where nothing exists. */
  stat(path: BytePath): FileStat | null;
  /** The names in a directory, in byte order. */
  list(path: BytePath): BytePath[];
  readLink(path: BytePath): BytePath;
  /** The path with every link resolved; null where nothing exists. */
  realPath(path: BytePath): BytePath | null;
  makeDirectory(path: BytePath, mode: number): void;
  makeLink(target: BytePath, path: BytePath): void;
  /** Gives a file another name. A symbolic link is not followed: the link gets the name. */
  makeHardLink(from: BytePath, to: BytePath): void;
  rename(from: BytePath, to: BytePath): void;
  unlink(path: BytePath): void;
  removeDirectory(path: BytePath): void;
  /**
   * Sets the mtime and the atime of each path itself, to the nanosecond. Links are not followed. Never
   * throws: returns the paths whose mtime could not be set exactly.
   */
  setModificationTimes(entries: readonly ModificationTime[]): BytePath[];
  /** How many bytes this user may still write on the file system of `path`. */
  freeBytes(path: BytePath): number;
}

/** Node.js has no name for it (open(2)); with O_DIRECTORY, so that old kernels refuse it. */
const O_TMPFILE = 0o20000000 | fs.constants.O_DIRECTORY;

const FLAGS: Record<OpenMode, number> = {
  // O_NONBLOCK: the open must not hang where a FIFO has taken the place of a file.
  read: fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK,
  create:
    fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW,
  unnamed: fs.constants.O_RDWR | O_TMPFILE,
  update: fs.constants.O_RDWR | fs.constants.O_NOFOLLOW,
  directory: fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW,
  entry: O_PATH | fs.constants.O_NOFOLLOW,
};

interface OpenFile {
  readonly path: BytePath;
  readonly mode: OpenMode;
}

export class RealFileSystem implements FileSystem {
  readonly #folders = new HeldFolders();
  readonly #open = new Map<FileDescriptor, OpenFile>();

  hold(path: BytePath): HeldFolder {
    return attempt('open', path, () => this.#folders.hold(path));
  }

  open(path: BytePath, mode: OpenMode): FileDescriptor {
    const file = attempt('open', path, () => {
      const held = this.#folders.held(path);
      if (held !== null && (mode === 'directory' || mode === 'entry')) {
        return fs.openSync(this.#folders.opened(held), FLAGS[mode] & ~fs.constants.O_NOFOLLOW);
      }
      return fs.openSync(this.#folders.reach(path), FLAGS[mode], 0o600);
    });
    this.#open.set(file, { path, mode });
    return file;
  }

  close(file: FileDescriptor): void {
    this.#onOpen('close', file, () => fs.closeSync(file));
    this.#open.delete(file);
  }

  read(file: FileDescriptor, into: Uint8Array, position: number): number {
    return this.#onOpen('read', file, () => {
      let done = 0;
      while (done < into.length) {
        const count = this.readOnce(file, into.subarray(done), position + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    });
  }

  /** One call of the system. It may return fewer bytes than there are, as on a network file system or at a signal. */
  protected readOnce(file: FileDescriptor, into: Uint8Array, position: number): number {
    return fs.readSync(file, into, 0, into.length, position);
  }

  write(file: FileDescriptor, bytes: Uint8Array, position: number): void {
    this.#onOpen('write', file, () => {
      for (let done = 0; done < bytes.length;) {
        done += fs.writeSync(file, bytes, done, bytes.length - done, position + done);
      }
    });
  }

  truncate(file: FileDescriptor, sizeBytes: number): void {
    this.#onOpen('truncate', file, () => fs.ftruncateSync(file, sizeBytes));
  }

  cloneInto(file: FileDescriptor, path: BytePath): boolean {
    const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = fs.constants;
    try {
      // Node.js clones by name only. This name stands for the open file, even after a rename.
      const target = this.#folders.reach(path);
      const flags = COPYFILE_EXCL | COPYFILE_FICLONE_FORCE;
      fs.copyFileSync(this.#folders.opened(file), target, flags);
    } catch {
      return false;
    }
    // The clone has the mode of the original.
    const clone = this.open(path, 'entry');
    try {
      this.chmodOpen(clone, 0o600);
    } finally {
      this.close(clone);
    }
    return true;
  }

  sync(file: FileDescriptor): void {
    this.#onOpen('fsync', file, () => fs.fsyncSync(file));
  }

  async syncInBackground(file: FileDescriptor): Promise<void> {
    const path = this.#open.get(file)?.path ?? ROOT;
    try {
      await promisify(fs.fsync)(file);
    } catch (error) {
      throw toSystemError('fsync', path, error);
    }
  }

  statOpen(file: FileDescriptor): FileStat {
    return this.#onOpen('stat', file, () => fs.fstatSync(file, { bigint: true }));
  }

  chmodOpen(file: FileDescriptor, mode: number): void {
    this.#onOpen('chmod', file, () => {
      if (!this.#isEntry(file)) fs.fchmodSync(file, mode);
      else fs.chmodSync(this.#folders.opened(file), mode);
    });
  }

  chownOpen(file: FileDescriptor, uid: number, gid: number): void {
    this.#onOpen('chown', file, () => {
      if (!this.#isEntry(file)) fs.fchownSync(file, uid, gid);
      else fs.chownSync(this.#folders.opened(file), uid, gid);
    });
  }

  stat(path: BytePath): FileStat | null {
    return attempt('stat', path, () => {
      const held = this.#folders.held(path);
      if (held !== null) return fs.fstatSync(held, { bigint: true });
      return nullIfMissing(() => fs.lstatSync(this.#folders.reach(path), { bigint: true }));
    });
  }

  list(path: BytePath): BytePath[] {
    const names = attempt('list', path, () => {
      const folder = this.#folders.folder(path);
      const place = folder === null ? pathToBytes(path) : this.#folders.opened(folder);
      return fs.readdirSync(place, { encoding: 'buffer' });
    });
    return names.map((name) => pathFromBytes(name)).toSorted(compareBytes);
  }

  readLink(path: BytePath): BytePath {
    return pathFromBytes(
      attempt('read link', path, () =>
        fs.readlinkSync(this.#folders.reach(path), { encoding: 'buffer' }),
      ),
    );
  }

  realPath(path: BytePath): BytePath | null {
    return attempt('resolve', path, () =>
      nullIfMissing(() =>
        pathFromBytes(fs.realpathSync.native(pathToBytes(path), { encoding: 'buffer' })),
      ),
    );
  }

  makeDirectory(path: BytePath, mode: number): void {
    attempt('create directory', path, () => fs.mkdirSync(this.#folders.reachName(path), { mode }));
  }

  makeLink(target: BytePath, path: BytePath): void {
    attempt('create link', path, () =>
      fs.symlinkSync(pathToBytes(target), this.#folders.reachName(path)),
    );
  }

  makeHardLink(from: BytePath, to: BytePath): void {
    attempt('link', from, () => {
      const [existing, added] = this.#folders.reachNames(from, to);
      fs.linkSync(existing, added);
    });
  }

  rename(from: BytePath, to: BytePath): void {
    attempt('rename', from, () => {
      const [former, next] = this.#folders.reachNames(from, to);
      fs.renameSync(former, next);
      this.#folders.forget(from);
      this.#folders.forget(to);
    });
  }

  unlink(path: BytePath): void {
    attempt('delete', path, () => fs.unlinkSync(this.#folders.reachName(path)));
  }

  removeDirectory(path: BytePath): void {
    attempt('delete directory', path, () => {
      fs.rmdirSync(this.#folders.reachName(path));
      this.#folders.forget(path);
    });
  }

  setModificationTimes(entries: readonly ModificationTime[]): BytePath[] {
    return setModificationTimes(entries, this.#folders);
  }

  freeBytes(path: BytePath): number {
    const stat = attempt('stat file system', path, () => fs.statfsSync(this.#folders.reach(path)));
    return stat.bavail * stat.bsize;
  }

  #isEntry(file: FileDescriptor): boolean {
    return this.#open.get(file)?.mode === 'entry';
  }

  #onOpen<T>(operation: string, file: FileDescriptor, call: () => T): T {
    return attempt(operation, this.#open.get(file)?.path ?? ROOT, call);
  }
}

function nullIfMissing<T>(call: () => T): T | null {
  try {
    return call();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return null;
    throw error;
  }
}
