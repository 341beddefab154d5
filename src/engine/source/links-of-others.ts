// Files that somebody may have linked into SOURCE although they belong to somebody else. Who owns a folder
// can give a file of another user a name there (link(2); fs.protected_hardlinks restricts it on most
// machines). Root would then read what that user may not: the file would be in the snapshot, and be given to
// whomever it is restored to. So a file with several names is taken only where that gives nothing away.
import { ALSO } from '../../repository/layout.js';
import { type BytePath, ROOT, formatPath, parentPath } from '../../system/files/byte-path.js';
import type { FileStat } from '../../system/files/file-system.js';
import { type Note, lookNote } from '../run/notes.js';
import type { ScannedEntry, SourceScan } from './scan-source.js';

/** Whether a file of SOURCE, by its stat, may have been linked there from somebody else. */
export class LinksOfOthers {
  readonly #entries: SourceScan['entries'];
  readonly #areTaken: boolean;
  /** Made for the first file with several names: most sources have none. */
  #folderStats: ReadonlyMap<BytePath, FileStat> | null = null;

  /** @param areTaken whether the user wants them all the same */
  constructor(scan: Pick<SourceScan, 'entries'>, areTaken: boolean) {
    this.#entries = scan.entries;
    this.#areTaken = areTaken;
  }

  get #folders(): ReadonlyMap<BytePath, FileStat> {
    this.#folderStats ??= new Map(
      this.#entries.flatMap(({ path, type, stat }) => (type === 'directory' ? [[path, stat]] : [])),
    );
    return this.#folderStats;
  }

  /**
   * A file with one name is where its owner has put it. One with several is taken where it belongs to the
   * owner of SOURCE, or to the owner of its folder if nobody else can change that. Root's is only taken so.
   * @param path in the snapshot
   */
  has(path: BytePath, stat: FileStat): boolean {
    if (this.#areTaken || !stat.isFile() || stat.nlink <= 1n) return false;
    const { uid } = stat;
    if (uid !== 0n && uid === this.#folders.get(ROOT)?.uid) return false;
    return uid !== this.#folders.get(parentPath(path))?.uid || !this.#isReachedThrough(uid, path);
  }

  /**
   * Whether only this user and root can change the folders that lead to a file. Whoever can change one above can
   * put another folder in the place of the one that was looked at.
   */
  #isReachedThrough(uid: bigint, path: BytePath): boolean {
    const parent = parentPath(path);
    const folder = this.#folders.get(parent);
    if (folder === undefined || !isChangedOnlyBy(uid, folder)) return false;
    return parent === ROOT || parent === ALSO || this.#isReachedThrough(uid, parent);
  }
}

function isChangedOnlyBy(user: bigint, { uid, gid, mode }: FileStat): boolean {
  const isGroupSafe = (mode & 0o020n) === 0n || gid === 0n;
  return (uid === 0n || uid === user) && isGroupSafe && (mode & 0o002n) === 0n;
}

/** The scan without such files, each of which is named in a note. */
export function leaveOutLinksOfOthers(scan: SourceScan, areTaken: boolean): SourceScan {
  const others = new LinksOfOthers(scan, areTaken);
  const isOther = ({ path, stat }: ScannedEntry): boolean => others.has(path, stat);
  const leftOut = scan.entries.filter(isOther);
  if (leftOut.length === 0) return scan;
  const { unreadable, notes, startedAtMs } = scan;
  return {
    entries: scan.entries.filter((entry) => !isOther(entry)),
    unreadable,
    notes: [...notes, ...leftOut.map(({ path }) => leftOutNote(path))],
    startedAtMs,
  };
}

export function leftOutNote(path: BytePath): Note {
  return lookNote(
    'left-out-link-of-other',
    path,
    `'${formatPath(path)}' is a hard link to a file of somebody else, and is left out`,
    'find out who made it; if it belongs here, take it with --hard-links-of-others',
  );
}
