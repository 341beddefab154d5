// Archives in a folder of this machine, such as that of a disk that is carried away. A file gets its name when all
// of it is on the disk. It has no headers: its name and its stat are all that is known without a key.
//
// 1. `.NAME.redis-rewind-PID` of mode 0600 is written and synced. A kill leaves it; the next export removes it.
// 2. It is renamed to NAME. From here on the archive is there.
// 3. The folder is synced, so that a power loss does not take the name back.
import { InTheWayError, RemoteStoreError, SystemError } from '../../../errors.js';
import {
  type BytePath,
  baseName,
  formatPath,
  joinPath,
  parentPath,
  parsePath,
} from '../../../system/files/byte-path.js';
import { isErrno } from '../../../system/files/errno.js';
import type { FileDescriptor, FileStat, FileSystem } from '../../../system/files/file-system.js';
import { parseArchiveName } from '../../archive-name.js';
import type { FileTarget } from '../../target.js';
import type { Clock } from '../../../system/time/clock.js';
import { throwIfStopped } from '../http/http-client.js';
import { LEFTOVER_AGE_MS } from '../remote-session.js';
import type { StoreContext } from '../store-context.js';
import type { ArchiveStore, IncomingArchive, OutgoingArchive, StoredArchive } from '../store.js';

const MARK = '.redis-rewind-';
const READ_BYTES = 256 * 1024;
/** The last moment that a Date can hold, and its opposite the first. */
const LAST_DATE_MS = 8.64e15;

type FileStoreContext = Pick<StoreContext, 'fileSystem' | 'clock' | 'processId' | 'stopping'>;

export class FileStore implements ArchiveStore {
  readonly label: string;
  readonly #folder: BytePath;
  readonly #fileSystem: FileSystem;
  readonly #clock: Clock;
  readonly #processId: number;
  readonly #stopping: AbortSignal;

  constructor(target: FileTarget, context: FileStoreContext) {
    this.#folder = target.folder;
    this.label = formatPath(target.folder);
    this.#fileSystem = context.fileSystem;
    this.#clock = context.clock;
    this.#processId = context.processId;
    this.#stopping = context.stopping;
  }

  async put(name: string, outgoing: OutgoingArchive): Promise<StoredArchive> {
    const path = this.#pathOf(name);
    this.#requireFree(path, outgoing.mayReplace);
    const made = makeFolders(this.#fileSystem, this.#folder);
    const temporary = this.#temporaryOf(name);
    let isStored = false;
    try {
      this.#removeAbandoned(baseName(path));
      await this.#write(temporary, outgoing.chunks);
      this.#requireFree(path, outgoing.mayReplace);
      this.#fileSystem.rename(temporary, path);
      isStored = true;
      syncFolder(this.#fileSystem, this.#folder);
    } catch (error) {
      if (!isStored) this.#takeBack(temporary, made);
      throw error;
    }
    return this.#describe(name, this.#fileSystem.stat(path) as FileStat);
  }

  async get(name: string): Promise<IncomingArchive> {
    const path = this.#pathOf(name);
    const file = this.#fileSystem.open(this.#fileSystem.realPath(path) ?? path, 'read');
    try {
      const stat = this.#fileSystem.statOpen(file);
      if (!stat.isFile()) throw notAFile(path);
      let isOpen = true;
      const close = (): void => {
        if (isOpen) this.#fileSystem.close(file);
        isOpen = false;
      };
      return { archive: this.#describe(name, stat), chunks: this.#read(file, close), close };
    } catch (error) {
      this.#fileSystem.close(file);
      throw error;
    }
  }

  async list(): Promise<readonly StoredArchive[]> {
    return this.#fileSystem.list(this.#folder).flatMap((file) => {
      const name = formatPath(file);
      if (parseArchiveName(name) === null) return [];
      const stat = this.#fileSystem.stat(joinPath(this.#folder, file));
      return stat?.isFile() === true ? [this.#describe(name, stat)] : [];
    });
  }

  async remove(name: string): Promise<void> {
    if (removeIfThere(this.#fileSystem, this.#pathOf(name))) {
      syncFolder(this.#fileSystem, this.#folder);
    }
  }

  /** Without a key there is nothing to compare the bytes with. That all of them can be read is checked. */
  async checkStored(name: string): Promise<readonly string[]> {
    const { archive, chunks } = await this.get(name);
    let sizeBytes = 0;
    try {
      for await (const chunk of chunks) sizeBytes += chunk.length;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return [error.message];
    }
    const shown = formatPath(this.#pathOf(name));
    if (sizeBytes === 0) return [`'${shown}' is empty`];
    return sizeBytes === archive.sizeBytes
      ? []
      : [`'${shown}' has ${sizeBytes} bytes, not ${archive.sizeBytes}`];
  }

  async removeLeftovers(): Promise<number> {
    return this.#removeAbandoned(null);
  }

  #pathOf(name: string): BytePath {
    const file = parsePath(name);
    if (file === '' || file === '.' || file === '..' || /[/\0]/.test(file)) {
      throw new RemoteStoreError('missing', `'${name}' cannot be the name of a file`, {
        store: this.label,
      });
    }
    return joinPath(this.#folder, file);
  }

  #temporaryOf(name: string): BytePath {
    const file = parsePath(name);
    return joinPath(this.#folder, `.${file}${MARK}${this.#processId}` as BytePath);
  }

  #requireFree(path: BytePath, mayReplace: boolean): void {
    const stat = this.#fileSystem.stat(path);
    if (stat === null || (mayReplace && (stat.isFile() || stat.isSymbolicLink()))) return;
    const shown = formatPath(path);
    throw stat.isFile()
      ? new InTheWayError(`'${shown}' is there already`, {
          path,
          hint: 'give another name, or add --force to replace it once the new one is whole',
        })
      : new InTheWayError(`'${shown}' is there, and is not a file`, { path });
  }

  async #write(temporary: BytePath, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const file = this.#fileSystem.open(temporary, 'create');
    try {
      let position = 0;
      for await (const chunk of chunks) {
        throwIfStopped(this.#stopping);
        this.#fileSystem.write(file, chunk, position);
        position += chunk.length;
      }
      await this.#fileSystem.syncInBackground(file);
    } finally {
      this.#fileSystem.close(file);
    }
  }

  async *#read(
    file: FileDescriptor,
    close: () => void,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    try {
      for (let position = 0; ;) {
        throwIfStopped(this.#stopping);
        const count = this.#fileSystem.read(file, buffer, position);
        if (count === 0) return;
        position += count;
        yield buffer.subarray(0, count);
      }
    } finally {
      close();
    }
  }

  #takeBack(temporary: BytePath, made: readonly BytePath[]): void {
    try {
      removeIfThere(this.#fileSystem, temporary);
      for (const folder of made.toReversed()) this.#fileSystem.removeDirectory(folder);
    } catch {
      // The error that is thrown says what has happened. The next export removes the file.
    }
  }

  /**
   * Those of processes that do not run here. The folder may be one that other machines write to as well, so those of
   * other archives stay for a day.
   * @param only the name of an archive, or null for any
   */
  #removeAbandoned(only: BytePath | null): number {
    if (this.#fileSystem.stat(this.#folder) === null) return 0;
    const before = this.#clock.nowMs() - LEFTOVER_AGE_MS;
    let count = 0;
    for (const file of this.#fileSystem.list(this.#folder)) {
      const [, name, processId = ''] = /^\.(.+)\.redis-rewind-([0-9]{1,10})$/s.exec(file) ?? [];
      if (name === undefined || (only !== null && name !== only)) continue;
      const isRunning = this.#fileSystem.stat(`/proc/${processId}` as BytePath) !== null;
      if (isRunning && processId !== String(this.#processId)) continue;
      const path = joinPath(this.#folder, file);
      const changedAtMs = Number((this.#fileSystem.stat(path)?.mtimeNs ?? 0n) / 1_000_000n);
      if (only === null && changedAtMs >= before) continue;
      if (removeIfThere(this.#fileSystem, path)) count += 1;
    }
    return count;
  }

  #describe(name: string, stat: FileStat): StoredArchive {
    const mtimeMs = Number(stat.mtimeNs / 1_000_000n);
    // Anybody may give a file a time that no calendar has.
    const storedAtMs = Math.abs(mtimeMs) > LAST_DATE_MS ? 0 : mtimeMs;
    return { name, sizeBytes: Number(stat.size), storedAtMs, headers: null };
  }
}

function notAFile(path: BytePath): SystemError {
  const object = formatPath(path);
  return new SystemError({
    operation: 'read',
    object,
    path,
    errno: 'EINVAL',
    reason: 'it is not a file',
  });
}

/** Makes a folder and those above it. Returns those that were made, topmost first. */
function makeFolders(fileSystem: FileSystem, folder: BytePath): BytePath[] {
  if (fileSystem.realPath(folder) !== null) return [];
  const above = makeFolders(fileSystem, parentPath(folder));
  fileSystem.makeDirectory(folder, 0o700);
  syncFolder(fileSystem, parentPath(folder));
  return [...above, folder];
}

function removeIfThere(fileSystem: FileSystem, path: BytePath): boolean {
  try {
    fileSystem.unlink(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

function syncFolder(fileSystem: FileSystem, path: BytePath): void {
  const file = fileSystem.open(fileSystem.realPath(path) ?? path, 'directory');
  try {
    fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
}
