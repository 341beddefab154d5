// Walking SOURCE and the paths that belong with it: what is there, and what is left out and why.
// Nothing is opened; a file's bytes are another step's.
import type { EntryType } from '../catalog/records.js';
import { ALSO, isReserved } from '../repository/layout.js';
import {
  type BytePath,
  ROOT,
  formatPath,
  isWithin,
  joinPath,
  parentPath,
} from '../system/byte-path.js';
import type { Checkpoint } from '../system/checkpoint.js';
import { type FileStat, type FileSystem, isErrno } from '../system/file-system.js';
import { infoNote, lookNote } from './notes.js';
import type { PathFilter } from './path-filter.js';
import type { Note } from './reports.js';

export interface ScannedEntry {
  /** In the snapshot. */
  readonly path: BytePath;
  /** Where it is on this machine. */
  readonly absolute: BytePath;
  readonly type: EntryType;
  readonly stat: FileStat;
  readonly linkTarget: BytePath | null;
}

export interface SourceScan {
  /** A directory before what is in it. */
  readonly entries: readonly ScannedEntry[];
  /** Directories whose contents could not be listed: what was known of them is kept. */
  readonly unreadable: readonly BytePath[];
  readonly notes: readonly Note[];
}

export interface ScanRequest {
  readonly fileSystem: FileSystem;
  /** SOURCE by its real path. */
  readonly source: BytePath;
  /** Absolute paths outside SOURCE. */
  readonly also: readonly BytePath[];
  readonly filter: PathFilter;
  readonly checkpoint: Checkpoint;
}

/** @throws SystemError where SOURCE itself cannot be listed */
export async function scanSource(request: ScanRequest): Promise<SourceScan> {
  const scan = new Scan(request);
  await scan.walk(ROOT, request.source);
  for (const path of request.also) await scan.walkAlso(path);
  return scan;
}

class Scan implements SourceScan {
  readonly entries: ScannedEntry[] = [];
  readonly unreadable: BytePath[] = [];
  readonly notes: Note[] = [];
  readonly #request: ScanRequest;
  readonly #alsoParents = new Set<BytePath>();

  constructor(request: ScanRequest) {
    this.#request = request;
  }

  /** Adds the entry at `absolute` under `path`, and all that is below it. */
  async walk(path: BytePath, absolute: BytePath): Promise<void> {
    await this.#request.checkpoint();
    const stat = this.#request.fileSystem.stat(absolute);
    if (stat === null) return;
    if (!this.#add(path, absolute, stat)) return;
    if (!stat.isDirectory()) return;
    for (const name of this.#listDirectory(path, absolute)) {
      const child = joinPath(path, name);
      if (isReserved(child) && !isWithin(child, ALSO)) {
        this.notes.push(
          lookNote(
            'reserved-name',
            child,
            `'${formatPath(child)}' has the name of the repository's own folder and is left out`,
            'rename it in SOURCE, or leave it out with --exclude',
          ),
        );
        continue;
      }
      await this.walk(child, joinPath(absolute, name));
    }
  }

  /** Adds a path from outside SOURCE, with the folders that lead to it. */
  async walkAlso(absolute: BytePath): Promise<void> {
    const real = this.#request.fileSystem.realPath(absolute);
    if (real === null) {
      this.notes.push(
        lookNote(
          'also-missing',
          absolute,
          `'${formatPath(absolute)}', named by --also, does not exist`,
        ),
      );
      return;
    }
    this.#addParents(parentPath(absolute));
    await this.walk(joinPath(ALSO, absolute.slice(1)), real);
  }

  #addParents(absolute: BytePath): void {
    if (this.#alsoParents.has(absolute)) return;
    this.#alsoParents.add(absolute);
    if (absolute !== '/') this.#addParents(parentPath(absolute));
    const real = this.#request.fileSystem.realPath(absolute) ?? absolute;
    const stat = this.#request.fileSystem.stat(real);
    const path = absolute === '/' ? ALSO : joinPath(ALSO, absolute.slice(1));
    if (stat !== null) {
      this.entries.push({ path, absolute: real, type: 'directory', stat, linkTarget: null });
    }
  }

  /** @returns whether the entry is kept */
  #add(path: BytePath, absolute: BytePath, stat: FileStat): boolean {
    if (path !== ROOT) {
      const decision = this.#request.filter.decide(path, stat.isDirectory());
      if (decision.leftOut) return false;
    }
    const type = typeOf(stat);
    if (type === null) {
      this.notes.push(
        infoNote(
          `left-out-${kindOf(stat)}`,
          path,
          `'${formatPath(path)}' is a ${kindOf(stat)} and is left out`,
        ),
      );
      return false;
    }
    const linkTarget = type === 'symlink' ? this.#request.fileSystem.readLink(absolute) : null;
    if (linkTarget !== null) this.#checkLink(path, absolute, linkTarget);
    this.entries.push({ path, absolute, type, stat, linkTarget });
    return true;
  }

  #listDirectory(path: BytePath, absolute: BytePath): BytePath[] {
    try {
      return this.#request.fileSystem.list(absolute);
    } catch (error) {
      if (path === ROOT) throw error;
      if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return [];
      this.unreadable.push(path);
      this.notes.push(
        lookNote(
          'unreadable',
          path,
          `cannot list '${formatPath(path)}': ${(error as Error).message}`,
          'what the last snapshot has of it is kept',
        ),
      );
      return [];
    }
  }

  /** Data behind a link that leads out of SOURCE is not in the backup: that has to be known. */
  #checkLink(path: BytePath, absolute: BytePath, target: BytePath): void {
    const { fileSystem, source, also } = this.#request;
    const real = fileSystem.realPath(absolute) ?? resolveText(parentPath(absolute), target);
    const covered = [source, ...also.map((named) => fileSystem.realPath(named) ?? named)];
    if (covered.some((folder) => isWithin(real, folder))) return;
    this.notes.push(
      lookNote(
        'link-outside',
        path,
        `'${formatPath(path)}' is a link to '${formatPath(target)}', outside SOURCE: what it leads to is not in the backup`,
        `add it with --also '${formatPath(real)}'`,
      ),
    );
  }
}

function typeOf(stat: FileStat): EntryType | null {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : null;
}

function kindOf(stat: FileStat): string {
  if (stat.isSocket()) return 'socket';
  if (stat.isFIFO()) return 'fifo';
  return 'device';
}

/** Where a link that leads to nothing would lead, by its text alone. */
function resolveText(folder: BytePath, target: BytePath): BytePath {
  let resolved = target.startsWith('/') ? ('/' as BytePath) : folder;
  for (const name of target.split('/')) {
    if (name === '..') resolved = parentPath(resolved);
    else if (name !== '' && name !== '.') resolved = joinPath(resolved, name);
  }
  return resolved;
}
