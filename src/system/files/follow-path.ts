// Something that a user has named and that need not exist yet (SOURCE, REPO, DEST): its real path, and the
// nearest parent that is there.
//
// Root is told such paths, and others may have put links in them. So a link that another user can have made is
// only followed to what belongs to that user: the place that the link itself leads to must, or the end of the
// path. Whoever owns a place can rename what root has made there, and needs no link for that. The kernel has a
// like rule for links in /tmp (protected_symlinks in proc_sys_fs(5)).
//
// Between this look and the use of the path it may change. FileSystem.hold follows no link, and so ends in
// an error there.
import { UsageError } from '../../errors.js';
import { append } from '../lists/lists.js';
import { type BytePath, baseName, formatPath, joinPath, parentPath } from './byte-path.js';
import { systemError } from './errno.js';
import type { FileStat, FileSystem } from './file-system.js';

/** The kernel's limit (MAXSYMLINKS). It ends a circle of links. */
const MOST_LINKS = 40;

/** Nobody in particular: a directory in which anybody may write. */
const ANYBODY = null;

interface SuspectLink {
  readonly path: BytePath;
  /** Who may have made it. */
  readonly maker: bigint | typeof ANYBODY;
  /** How many names of the path are left when the place that the link leads to is reached. */
  readonly namesAfter: number;
}

/** A link that leads to a place that does not belong to somebody who may have made it. */
interface StrayLink extends Pick<SuspectLink, 'path' | 'maker'> {
  readonly place: BytePath;
}

/** Who follows a path: a RunContext has both. */
export interface Follower {
  readonly fileSystem: FileSystem;
  /** The user that this process acts as. */
  readonly uid: number;
}

/**
 * Resolves the links of a path as far as it exists, and keeps the names after that as they are.
 * @param path absolute
 * @throws UsageError where a link of another user leads to what is not theirs; SystemError (ELOOP)
 */
export function followPath(follower: Follower, path: BytePath): BytePath {
  const walk = new Walk(follower);
  const real = walk.follow(path);
  const found = follower.fileSystem.stat(real);
  // A link that leads nowhere is kept as a name.
  if (path !== '/' && found === null) {
    return joinPath(followPath(follower, parentPath(path)), baseName(path));
  }
  const stray = walk.strays.find(({ maker }) => maker === ANYBODY || maker !== found?.uid);
  if (stray === undefined) return real;
  const { path: link, place } = stray;
  throw new UsageError(
    `'${formatPath(link)}' is a symbolic link that another user can have made, and leads to '${formatPath(place)}', which is not theirs`,
    {
      typed: formatPath(path),
      hint: `if that is what you mean, name '${formatPath(real)}' itself`,
    },
  );
}

class Walk {
  readonly strays: StrayLink[] = [];
  /** Those whose place is not reached yet. */
  readonly #suspects: SuspectLink[] = [];
  readonly #fileSystem: FileSystem;
  readonly #uid: bigint;

  constructor({ fileSystem, uid }: Follower) {
    this.#fileSystem = fileSystem;
    this.#uid = BigInt(uid);
  }

  follow(path: BytePath): BytePath {
    const names = path.split('/').toReversed();
    let reached = '/' as BytePath;
    let followed = 0;
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      this.#judge(reached, names.length + 1);
      if (name === '' || name === '.') continue;
      if (name === '..') {
        reached = parentPath(reached);
        continue;
      }
      const next = joinPath(reached, name);
      const stat = this.#fileSystem.stat(next);
      if (stat?.isSymbolicLink() !== true) {
        reached = next;
        continue;
      }
      followed += 1;
      if (followed > MOST_LINKS) throw systemError('resolve', path, 'ELOOP', null);
      this.#suspect(next, stat, names.length);
      const target = this.#fileSystem.readLink(next);
      if (target.startsWith('/')) reached = '/' as BytePath;
      append(names, target.split('/').toReversed());
    }
    this.#judge(reached, 0);
    return reached;
  }

  /** Looks whom the place belongs to, where it is what a link leads to: what follows are names that are there. */
  #judge(place: BytePath, namesLeft: number): void {
    while (this.#suspects.at(-1)?.namesAfter === namesLeft) {
      const suspect = this.#suspects.pop();
      const owner = this.#fileSystem.stat(place)?.uid;
      if (suspect === undefined || owner === undefined) continue;
      const { path, maker } = suspect;
      if (maker === ANYBODY || maker !== owner) this.strays.push({ path, maker, place });
    }
  }

  /** Notes a link that somebody else can have made: its owner, or who may replace a name on the way to it. */
  #suspect(link: BytePath, stat: FileStat, namesAfter: number): void {
    const add = (maker: SuspectLink['maker']): void => {
      this.#suspects.push({ path: link, maker, namesAfter });
    };
    if (!this.#isTrusted(stat.uid)) add(stat.uid);
    for (let at = link; at !== '/';) {
      at = parentPath(at);
      const folder = this.#fileSystem.stat(at);
      if (folder === null) continue;
      if (!this.#isTrusted(folder.uid)) add(folder.uid);
      const isOpenToAll = (folder.mode & 0o002n) !== 0n && (folder.mode & 0o1000n) === 0n;
      if (isOpenToAll) add(ANYBODY);
    }
  }

  #isTrusted(uid: bigint): boolean {
    return uid === 0n || uid === this.#uid;
  }
}

export interface NearestParent {
  /** It exists, and may be a file or a link. */
  readonly parent: BytePath;
  /** The parents that are missing below it, outermost first. */
  readonly missing: readonly BytePath[];
}

/** @param path absolute; itself it need not exist */
export function nearestParent(fileSystem: FileSystem, path: BytePath): NearestParent {
  const missing: BytePath[] = [];
  let parent = parentPath(path);
  for (; fileSystem.stat(parent) === null; parent = parentPath(parent)) missing.unshift(parent);
  return { parent, missing };
}
