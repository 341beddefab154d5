// Checks the names in a catalog before the program uses them: a repository may come from elsewhere.
import type { Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { type BytePath, ROOT, formatPath, parentPath } from '../../system/files/byte-path.js';
import { DATA, isSafePath, unsafeName } from '../layout.js';

/** The fields that are checked. The entry was read from a catalog, or will be written into a catalog. */
export type NamedEntry = Pick<Version, 'path' | 'type' | 'linkTarget'>;

/**
 * Checks that every path stays below the directory of a restore, and that every link can be made.
 * @param entries all entries of one snapshot
 * @throws CorruptError for an absolute path, a name that is `.`, `..` or empty or holds NUL, a path that
 *   occurs twice, an impossible link target, and an entry whose parent is not a directory of the snapshot
 */
export function requireSafeNames(entries: readonly NamedEntry[]): void {
  const directories = new Set<BytePath>([ROOT]);
  const seen = new Set<BytePath>();
  for (const { path, type } of entries) {
    if (seen.has(path)) {
      throw new CorruptError(`the catalog has '${formatPath(path)}' twice in one snapshot`, {
        path,
      });
    }
    seen.add(path);
    if (type === 'directory') directories.add(path);
  }
  for (const { path, linkTarget } of entries) {
    if (linkTarget !== null && (linkTarget === '' || linkTarget.includes('\0'))) {
      throw new CorruptError(
        `the catalog has the link '${formatPath(path)}' with the impossible target '${formatPath(linkTarget)}'`,
        { path },
      );
    }
    if (path === ROOT) continue;
    if (!isSafePath(path)) throw unsafeName(path);
    const parent = parentPath(path);
    if (!directories.has(parent) && parent !== DATA) {
      throw new CorruptError(
        `the catalog has '${formatPath(path)}' below something that is not a directory`,
        { path },
      );
    }
  }
}
