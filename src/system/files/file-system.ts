// The file system as the program sees it: synchronous calls on bytes, bigint stats, no hidden policy.
// There are two implementations: RealFileSystem here, and the tests' one that injects faults and
// drops what was not synced. Every mutation of a repository goes through this interface, so that a
// crash can be tried at each of them. Errors are SystemError with operation and path.
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { type BytePath, ROOT, compareBytes, pathFromBytes, pathToBytes } from './byte-path.js';
import { attempt, errnoOf, toSystemError } from './errno.js';
import { type ModificationTime, setModificationTimes } from './modification-times.js';

export type FileStat = fs.BigIntStats;
/** An open file. Positions and lengths are byte counts; a number is exact up to 2^53. */
export type FileDescriptor = number;

export type OpenMode =
  /** Existing file, for reading; a symbolic link in the last place is refused (ELOOP). */
  | 'read'
  /** New file, for writing and reading, mode 0600; fails where something exists. */
  | 'create'
  /** Existing regular file, for writing and reading. */
  | 'update'
  /** Directory, for fsync. */
  | 'directory';

export interface FileSystem {
  open(path: BytePath, mode: OpenMode): FileDescriptor;
  close(file: FileDescriptor): void;
  /** Reads up to `into.length` bytes; returns how many, 0 at the end. */
  read(file: FileDescriptor, into: Uint8Array, position: number): number;
  /** Writes all of `bytes` at `position`. */
  write(file: FileDescriptor, bytes: Uint8Array, position: number): void;
  truncate(file: FileDescriptor, sizeBytes: number): void;
  /**
   * Makes `path` a new file, mode 0600, that shares the blocks of an open one: its content at one
   * moment. Returns false where that cannot be, for whatever reason, and leaves nothing at `path`.
   */
  cloneInto(file: FileDescriptor, path: BytePath): boolean;
  sync(file: FileDescriptor): void;
  /** As `sync`, while this thread goes on with other work; the file stays open until it has ended. */
  syncInBackground(file: FileDescriptor): Promise<void>;
  statOpen(file: FileDescriptor): FileStat;
  chmodOpen(file: FileDescriptor, mode: number): void;
  chownOpen(file: FileDescriptor, uid: number, gid: number): void;
  /** Stat of the path itself, links not followed; null where nothing exists there. */
  stat(path: BytePath): FileStat | null;
  /** Names in a directory, sorted by their bytes. */
  list(path: BytePath): BytePath[];
  readLink(path: BytePath): BytePath;
  /** The real path, every link resolved; null where nothing exists there. */
  realPath(path: BytePath): BytePath | null;
  makeDirectory(path: BytePath, mode: number): void;
  makeLink(target: BytePath, path: BytePath): void;
  /** Another name for the same file; a symbolic link gets another name itself. */
  makeHardLink(from: BytePath, to: BytePath): void;
  rename(from: BytePath, to: BytePath): void;
  unlink(path: BytePath): void;
  removeDirectory(path: BytePath): void;
  chmod(path: BytePath, mode: number): void;
  chownLink(path: BytePath, uid: number, gid: number): void;
  /**
   * Sets the mtime of each path itself to the nanosecond, and its atime to the same; links are not
   * followed. Never throws: returns the paths whose mtime still is another one.
   */
  setModificationTimes(entries: readonly ModificationTime[]): BytePath[];
  /** Bytes that this user may still write on the file system that holds `path`. */
  freeBytes(path: BytePath): number;
}

const FLAGS: Record<OpenMode, number> = {
  // O_NONBLOCK: a FIFO that took a file's place must not hang the open.
  read: fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK,
  create:
    fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW,
  update: fs.constants.O_RDWR | fs.constants.O_NOFOLLOW,
  directory: fs.constants.O_RDONLY | fs.constants.O_DIRECTORY,
};

export class RealFileSystem implements FileSystem {
  readonly #paths = new Map<FileDescriptor, BytePath>();

  open(path: BytePath, mode: OpenMode): FileDescriptor {
    const file = attempt('open', path, () => fs.openSync(pathToBytes(path), FLAGS[mode], 0o600));
    this.#paths.set(file, path);
    return file;
  }

  close(file: FileDescriptor): void {
    this.#onOpen('close', file, () => fs.closeSync(file));
    this.#paths.delete(file);
  }

  read(file: FileDescriptor, into: Uint8Array, position: number): number {
    return this.#onOpen('read', file, () => fs.readSync(file, into, 0, into.length, position));
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
    const target = pathToBytes(path);
    try {
      // Node clones by name only; this name is the open file, wherever it has been moved to.
      fs.copyFileSync(`/proc/self/fd/${file}`, target, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
    } catch {
      return false;
    }
    // It has been given the mode of the original.
    attempt('chmod', path, () => fs.chmodSync(target, 0o600));
    return true;
  }

  sync(file: FileDescriptor): void {
    this.#onOpen('fsync', file, () => fs.fsyncSync(file));
  }

  async syncInBackground(file: FileDescriptor): Promise<void> {
    const path = this.#paths.get(file) ?? ROOT;
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
    this.#onOpen('chmod', file, () => fs.fchmodSync(file, mode));
  }

  chownOpen(file: FileDescriptor, uid: number, gid: number): void {
    this.#onOpen('chown', file, () => fs.fchownSync(file, uid, gid));
  }

  stat(path: BytePath): FileStat | null {
    return attempt('stat', path, () =>
      nullIfMissing(() => fs.lstatSync(pathToBytes(path), { bigint: true })),
    );
  }

  list(path: BytePath): BytePath[] {
    const names = attempt('list', path, () =>
      fs.readdirSync(pathToBytes(path), { encoding: 'buffer' }),
    );
    return names.map((name) => pathFromBytes(name)).toSorted(compareBytes);
  }

  readLink(path: BytePath): BytePath {
    return pathFromBytes(
      attempt('read link', path, () => fs.readlinkSync(pathToBytes(path), { encoding: 'buffer' })),
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
    attempt('create directory', path, () => fs.mkdirSync(pathToBytes(path), { mode }));
  }

  makeLink(target: BytePath, path: BytePath): void {
    attempt('create link', path, () => fs.symlinkSync(pathToBytes(target), pathToBytes(path)));
  }

  makeHardLink(from: BytePath, to: BytePath): void {
    attempt('link', from, () => fs.linkSync(pathToBytes(from), pathToBytes(to)));
  }

  rename(from: BytePath, to: BytePath): void {
    attempt('rename', from, () => fs.renameSync(pathToBytes(from), pathToBytes(to)));
  }

  unlink(path: BytePath): void {
    attempt('delete', path, () => fs.unlinkSync(pathToBytes(path)));
  }

  removeDirectory(path: BytePath): void {
    attempt('delete directory', path, () => fs.rmdirSync(pathToBytes(path)));
  }

  chmod(path: BytePath, mode: number): void {
    attempt('chmod', path, () => fs.chmodSync(pathToBytes(path), mode));
  }

  chownLink(path: BytePath, uid: number, gid: number): void {
    attempt('chown', path, () => fs.lchownSync(pathToBytes(path), uid, gid));
  }

  setModificationTimes(entries: readonly ModificationTime[]): BytePath[] {
    return setModificationTimes(entries);
  }

  freeBytes(path: BytePath): number {
    const stat = attempt('stat file system', path, () => fs.statfsSync(pathToBytes(path)));
    return stat.bavail * stat.bsize;
  }

  #onOpen<T>(operation: string, file: FileDescriptor, call: () => T): T {
    return attempt(operation, this.#paths.get(file) ?? ROOT, call);
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
