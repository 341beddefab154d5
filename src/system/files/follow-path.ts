// The real path of something that a user has named and that need not exist yet: SOURCE, REPO, DEST. Root is
// told such paths, and others may have put links in them. So a link that another user can have made is only
// followed to what belongs to that user. The kernel has a like rule for links in /tmp (protected_symlinks
// in proc_sys_fs(5)).
//
// Between this look and the use of the path it may change. FileSystem.hold follows no link, and so ends in
// an error there.
import { UsageError } from '../../errors.js';
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
  for (const { path: link, maker } of walk.suspects) {
    // Whom the place itself belongs to: a link to `own/..` or to `/` ends with no name of its own.
    if (maker !== ANYBODY && maker === found?.uid) continue;
    throw new UsageError(
      `'${formatPath(link)}' is a symbolic link that another user can have made, and leads to '${formatPath(real)}', which is not theirs`,
      {
        typed: formatPath(path),
        hint: `if that is what you mean, name '${formatPath(real)}' itself`,
      },
    );
  }
  return real;
}

class Walk {
  readonly suspects: SuspectLink[] = [];
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
      this.#suspect(next, stat);
      const target = this.#fileSystem.readLink(next);
      if (target.startsWith('/')) reached = '/' as BytePath;
      names.push(...target.split('/').toReversed());
    }
    return reached;
  }

  /** Notes a link that somebody else can have made: its owner, or who may replace a name on the way to it. */
  #suspect(link: BytePath, stat: FileStat): void {
    if (!this.#isTrusted(stat.uid)) this.suspects.push({ path: link, maker: stat.uid });
    for (let at = link; at !== '/';) {
      at = parentPath(at);
      const folder = this.#fileSystem.stat(at);
      if (folder === null) continue;
      if (!this.#isTrusted(folder.uid)) this.suspects.push({ path: link, maker: folder.uid });
      const isOpenToAll = (folder.mode & 0o002n) !== 0n && (folder.mode & 0o1000n) === 0n;
      if (isOpenToAll) this.suspects.push({ path: link, maker: ANYBODY });
    }
  }

  #isTrusted(uid: bigint): boolean {
    return uid === 0n || uid === this.#uid;
  }
}
