// A repository may come from elsewhere: names in its catalog are not trusted before they are checked.
import type { Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { DATA, isSafePath, unsafeName } from '../layout.js';
import { type BytePath, ROOT, formatPath, parentPath } from '../../system/files/byte-path.js';

/** What is checked of an entry, whether it is read from a catalog or about to be written into one. */
export type NamedEntry = Pick<Version, 'path' | 'type' | 'linkTarget'>;

/**
 * Checks that every path stays below the directory it is restored into, and that links can be made.
 * @param entries all of one snapshot
 * @throws CorruptError for `..`, absolute and empty names, NUL, a path that is there twice, and entries
 *   below something that is not a directory of the same snapshot
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
