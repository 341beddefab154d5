// What a directory holds, as plain values: content, kinds, owners, modes and mtimes of everything in
// it. Two trees are the same when deepEqual says so; treeDifferences says what is not, in words.
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';

export interface TreeEntry {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Permission bits in octal, such as `0660`; empty for a link, which has none of its own. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970, as a decimal number. */
  readonly mtimeNs: string;
  /** SHA-256 in hex of a file's bytes, the target of a link; empty for the others. */
  readonly content: string;
}

/** Entries by their path below the root, which is `.`; bytes of names are shown as latin1. */
export type Tree = Readonly<Record<string, TreeEntry>>;

/** Reads a file or a directory and all below it; links are not followed. Synchronous, for speed. */
export async function readTree(root: string): Promise<Tree> {
  const tree: Record<string, TreeEntry> = {};
  addEntry(tree, Buffer.from(root), '.');
  return tree;
}

/** One line for each way in which `actual` is not `expected`; none if they are the same. */
export function treeDifferences(expected: Tree, actual: Tree): string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort();
  return names.flatMap((name) => {
    const [before, after] = [expected[name], actual[name]];
    if (before === undefined) return [`${name} should not be there`];
    if (after === undefined) return [`${name} is missing`];
    const fields = Object.keys(before) as (keyof TreeEntry)[];
    return fields
      .filter((field) => before[field] !== after[field])
      .map((field) => `${name}: ${field} is ${after[field]}, not ${before[field]}`);
  });
}

/** The mirror's part of a repository's tree; the root's own metadata does not belong to the mirror. */
export function withoutOurs(tree: Tree): Tree {
  const isOurs = (name: string): boolean =>
    name === '.' || name === 'redis-rewind-data' || name.startsWith('redis-rewind-data/');
  return Object.fromEntries(Object.entries(tree).filter(([name]) => !isOurs(name)));
}

/** The part of a tree that lies at `top`, as readTree of that part alone has it. */
export function subtree(tree: Tree, top: string): Tree {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([name, entry]) => {
      if (name === top) return [['.', entry]];
      return name.startsWith(`${top}/`) ? [[name.slice(top.length + 1), entry]] : [];
    }),
  );
}

function addEntry(tree: Record<string, TreeEntry>, absolute: Buffer, name: string): void {
  const stat = lstatSync(absolute, { bigint: true });
  const facts = {
    mode: (stat.mode & 0o7777n).toString(8).padStart(4, '0'),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeNs: String(stat.mtimeNs),
  };
  if (stat.isFile()) {
    const content = createHash('sha256').update(readFileSync(absolute)).digest('hex');
    tree[name] = { type: 'file', ...facts, content };
  } else if (stat.isSymbolicLink()) {
    const target = readlinkSync(absolute, { encoding: 'buffer' });
    tree[name] = { type: 'symlink', ...facts, mode: '', content: target.toString('latin1') };
  } else if (stat.isDirectory()) {
    tree[name] = { type: 'directory', ...facts, content: '' };
    for (const child of readdirSync(absolute, { encoding: 'buffer' })) {
      const below = Buffer.concat([absolute, Buffer.from('/'), child]);
      addEntry(tree, below, path.posix.join(name, child.toString('latin1')));
    }
  } else {
    tree[name] = { type: 'other', ...facts, content: '' };
  }
}
