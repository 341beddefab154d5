// A recorded tree as a restore by this user makes it: only root may give files away, with their set-id bits.
import { isRoot } from '../program/is-root.js';
import type { Tree } from '../files/directory-tree.js';

export function settableTree(tree: Tree): Tree {
  if (isRoot) return tree;
  const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  const withoutSetId = (mode: string): string =>
    mode === '' ? '' : (Number.parseInt(mode, 8) & 0o1777).toString(8).padStart(4, '0');
  return Object.fromEntries(
    Object.entries(tree).map(([name, entry]) => [
      name,
      { ...entry, ...owner, mode: withoutSetId(entry.mode) },
    ]),
  );
}
