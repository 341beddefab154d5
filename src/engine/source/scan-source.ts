// Walks SOURCE and the paths of --also: what is there, what is left out, and why. No file is opened.
import type { EntryType } from '../../catalog/records.js';
import { SourceMissingError, SystemError } from '../../errors.js';
import { ALSO, isAsideName, isReserved } from '../../repository/layout.js';
import {
  type BytePath,
  ROOT,
  formatPath,
  isWithin,
  joinPath,
  parentPath,
} from '../../system/files/byte-path.js';
import { isErrno, isExhaustion } from '../../system/files/errno.js';
import type { FileStat, FileSystem } from '../../system/files/file-system.js';
import { append } from '../../system/lists/lists.js';
import { infoNote, lookNote, type Note } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { whereLinkLeads } from './link-target.js';
import type { PathFilter } from './path-filter.js';
import { notesOnStat } from './recorded-stat.js';

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
  /**
   * Directories that could not be listed, and entries that could not be looked at. What the last snapshot
   * has of them, and below them, is kept.
   */
  readonly unreadable: readonly BytePath[];
  readonly notes: readonly Note[];
  /** When the scan began: the time of a snapshot that is made of it. */
  readonly startedAtMs: number;
}

/** A path of --also. */
export interface AlsoPath {
  /** Absolute, as it was named: the snapshot has it under this path. */
  readonly named: BytePath;
  /** With every link resolved. It need not exist. */
  readonly real: BytePath;
}

export interface ScanRequest {
  readonly context: RunContext;
  /** Real path, held. */
  readonly source: BytePath;
  /** Paths outside SOURCE, each of them held or in a held folder. */
  readonly also: readonly AlsoPath[];
  readonly filter: PathFilter;
}

/** @throws SystemError where SOURCE itself cannot be listed, SourceMissingError where it is gone */
export async function scanSource(request: ScanRequest): Promise<SourceScan> {
  const scan = new Scan(request);
  await scan.walk(ROOT, request.source, ROOT);
  for (const also of request.also) await scan.walkAlso(also);
  return scan;
}

class Scan implements SourceScan {
  readonly entries: ScannedEntry[] = [];
  readonly unreadable: BytePath[] = [];
  readonly notes: Note[] = [];
  readonly startedAtMs: number;
  readonly #request: ScanRequest;
  readonly #fileSystem: FileSystem;
  /** Every path that was added. Paths of --also may overlap. */
  readonly #seen = new Set<BytePath>();
  /** Real paths of what is in the backup. */
  readonly #covered: readonly BytePath[];

  constructor(request: ScanRequest) {
    this.#request = request;
    const { context, source, also } = request;
    this.startedAtMs = context.clock.nowMs();
    this.#fileSystem = context.fileSystem;
    this.#covered = [source, ...also.map(({ real }) => real)];
  }

  /**
   * Adds the entry at `absolute` under `path`, and all that is below it.
   * @param top the path at which the walk began. It is never left out itself, and filters see the names
   *   below it
   */
  async walk(path: BytePath, absolute: BytePath, top: BytePath): Promise<void> {
    await this.#request.context.checkpoint();
    const stat = this.#look(path, () => this.#fileSystem.stat(absolute));
    if (stat === null) {
      if (path !== ROOT) return;
      throw sourceGone(absolute);
    }
    if (path !== top && this.#isLeftOut(path, top, stat)) return;
    if (isReserved(path) && !isWithin(path, ALSO)) {
      this.notes.push(
        lookNote(
          'reserved-name',
          path,
          `'${formatPath(path)}' has the name of the repository's own folder and is left out`,
          'rename it in SOURCE, or leave it out with --exclude',
        ),
      );
      return;
    }
    if (!this.#seen.has(path) && !this.#add(path, absolute, stat)) return;
    if (!stat.isDirectory()) return;
    for (const name of this.#look(path, () => this.#list(path, absolute)) ?? []) {
      await this.walk(joinPath(path, name), joinPath(absolute, name), top);
    }
  }

  #list(path: BytePath, absolute: BytePath): BytePath[] {
    const fileSystem = this.#fileSystem;
    let names: BytePath[];
    try {
      names = fileSystem.list(absolute);
    } catch (error) {
      if (path === ROOT && isErrno(error, 'ENOENT')) throw sourceGone(absolute);
      throw error;
    }
    // SOURCE is held. After it was deleted it still is a directory, but one that is empty and has no name.
    if (path === ROOT && names.length === 0 && fileSystem.stat(absolute)?.nlink === 0n) {
      throw sourceGone(absolute);
    }
    return names;
  }

  /** Adds a path from outside SOURCE, with the folders that lead to it. */
  async walkAlso({ named, real }: AlsoPath): Promise<void> {
    const path = joinPath(ALSO, named.slice(1));
    const isThere = this.#look(
      path,
      () => this.#fileSystem.stat(real) !== null && this.#addParents(parentPath(named)),
    );
    if (isThere !== true) {
      if (this.unreadable.includes(path)) return;
      const message = `'${formatPath(named)}', named by --also, does not exist`;
      this.notes.push(lookNote('also-missing', named, message));
      return;
    }
    await this.walk(path, real, path);
  }

  /**
   * They are not held. So nothing but the metadata of folders is taken of them.
   * @returns whether each of them is a folder
   */
  #addParents(absolute: BytePath): boolean {
    const path = absolute === '/' ? ALSO : joinPath(ALSO, absolute.slice(1));
    if (this.#seen.has(path)) return true;
    if (absolute !== '/' && !this.#addParents(parentPath(absolute))) return false;
    const real = this.#fileSystem.realPath(absolute) ?? absolute;
    const stat = this.#fileSystem.stat(real);
    return stat?.isDirectory() === true && this.#add(path, real, stat);
  }

  #isLeftOut(path: BytePath, top: BytePath, stat: FileStat): boolean {
    const below = path.slice(top === ROOT ? 0 : top.length + 1) as BytePath;
    const { leftOut, why } = this.#request.filter.decide(below, stat.isDirectory());
    if (why === 'debris' && stat.isDirectory()) {
      const shown = formatPath(path);
      const reason = isAsideName(path)
        ? 'since a recovery has moved it out of the way'
        : 'since Redis keeps its own backups there';
      this.notes.push(
        infoNote(
          'left-out-debris',
          path,
          `the folder '${shown}' is left out, ${reason}; use --include to back it up`,
        ),
      );
    }
    return leftOut;
  }

  /** @returns whether the entry is kept */
  #add(path: BytePath, absolute: BytePath, stat: FileStat): boolean {
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
    let linkTarget: BytePath | null = null;
    if (type === 'symlink') {
      linkTarget = this.#look(path, () => this.#fileSystem.readLink(absolute));
      if (linkTarget === null) return false;
      this.#checkLink(path, absolute, linkTarget);
    }
    this.#seen.add(path);
    append(this.notes, notesOnStat(path, stat));
    this.entries.push({ path, absolute, type, stat, linkTarget });
    return true;
  }

  /** @returns null where the path is gone, or cannot be read, which becomes a note */
  #look<T>(path: BytePath, call: () => T): T | null {
    try {
      return call();
    } catch (error) {
      if (path === ROOT || !(error instanceof SystemError) || isExhaustion(error)) throw error;
      if (GONE.some((errno) => isErrno(error, errno))) return null;
      this.unreadable.push(path);
      this.notes.push(
        lookNote(
          'unreadable',
          path,
          `'${formatPath(path)}' is not in this backup: ${error.message}`,
          'make it readable and run again; until then its last version is kept, marked stale',
        ),
      );
      return null;
    }
  }

  /**
   * Warns of a link that leads out of SOURCE, since what it leads to is not in the backup. A link itself is kept
   * like a file. Where it leads to nothing, there is nothing more to keep.
   */
  #checkLink(path: BytePath, absolute: BytePath, target: BytePath): void {
    const end = whereLinkLeads(this.#fileSystem, parentPath(absolute), target);
    const { path: real, isNothing } = end;
    if (this.#covered.some((folder) => isWithin(real, folder))) return;
    const link = `'${formatPath(path)}' is a link to '${formatPath(target)}' outside SOURCE`;
    this.notes.push(
      isNothing
        ? infoNote('link-outside', path, `${link}, where nothing is; the link is in the backup`)
        : lookNote(
            'link-outside',
            path,
            `${link}, and its target is not in the backup`,
            `add the target with --also '${formatPath(real)}'`,
          ),
    );
  }
}

function sourceGone(source: BytePath): SourceMissingError {
  return new SourceMissingError(`source '${formatPath(source)}' is gone`, { source });
}

/** How a call fails if its object was deleted, or replaced by one of another kind, meanwhile. */
const GONE = ['ENOENT', 'ENOTDIR', 'EINVAL'];

function typeOf(stat: FileStat): EntryType | null {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : null;
}

function kindOf(stat: FileStat): 'socket' | 'fifo' | 'device' {
  if (stat.isSocket()) return 'socket';
  if (stat.isFIFO()) return 'fifo';
  return 'device';
}
