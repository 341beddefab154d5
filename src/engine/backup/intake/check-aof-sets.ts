// Whether a server would load the files that the manifests of a snapshot name, as far as that does not depend
// on what the files hold (redis aof.c, loadAppendOnlyFiles): they must be there and be files. Pure.
import {
  type BytePath,
  ROOT,
  baseName,
  formatPath,
  joinPath,
  parentPath,
} from '../../../system/files/byte-path.js';
import type { ContentKey } from '../../../catalog/records.js';
import type { NextEntry } from '../next-entry.js';
import type { ReadManifest } from './read-manifests.js';

export interface AofSets {
  /** By the paths of the manifests, in the order in which they were found. */
  readonly faults: readonly AofFault[];
  /** The files that a server loads. */
  readonly named: ReadonlySet<BytePath>;
  /** Those after which it loads another one, so that they must be whole. */
  readonly inner: ReadonlySet<BytePath>;
}

export interface AofFault {
  readonly manifest: BytePath;
  /**
   * `broken`: no server would load it. `without-keys`: a server starts, but without keys that belong to the
   * AOF. `unchecked`: it is too large to be read.
   */
  readonly kind: 'broken' | 'without-keys' | 'unchecked';
  readonly why: string;
}

interface Entry extends Pick<NextEntry, 'type' | 'linkTarget'> {
  readonly content: Pick<ContentKey, 'sizeBytes'> | null;
}

type Entries = ReadonlyMap<BytePath, Entry>;

export function checkAofSets(
  manifests: ReadonlyMap<BytePath, ReadManifest>,
  entries: Entries,
): AofSets {
  const faults: AofFault[] = [];
  const named = new Set<BytePath>();
  const inner = new Set<BytePath>();
  for (const [path, read] of manifests) {
    if (read.kind !== 'parsed') {
      faults.push({ manifest: path, kind: read.kind, why: read.why });
      continue;
    }
    const files = filesOf(path, read, entries);
    const found = files.map((file) => follow(file, entries));
    for (const place of found) if (place.kind === 'file') named.add(place.path);
    for (const place of found.slice(0, -1)) if (place.kind === 'file') inner.add(place.path);
    const fault = faultOf(files, found, read.manifest.base !== null);
    if (fault !== null) faults.push({ manifest: path, ...fault });
  }
  return { faults, named, inner };
}

/** What a server loads, in order. */
function filesOf(
  path: BytePath,
  { manifest: { base, incrs } }: Extract<ReadManifest, { kind: 'parsed' }>,
  entries: Entries,
): BytePath[] {
  const folder = parentPath(path);
  const files = [...(base === null ? [] : [base]), ...incrs].map(({ name }) =>
    joinPath(folder, name),
  );
  // An AOF of one file, as before Redis 7, is moved into the folder at the first start. That may have been
  // interrupted after the manifest was written.
  const aofName = baseName(path).slice(0, -'.manifest'.length);
  const old = folder === ROOT ? null : joinPath(parentPath(folder), aofName);
  const isMoved = old === null || follow(old, entries).kind !== 'file';
  if (isMoved) return files;
  if (files.length === 0) return [old];
  const isOldBase = incrs.length === 0 && files[0] === joinPath(folder, aofName);
  return isOldBase && !entries.has(joinPath(folder, aofName)) ? [old] : files;
}

function faultOf(
  files: readonly BytePath[],
  found: readonly Place[],
  hasBase: boolean,
): Omit<AofFault, 'manifest'> | null {
  for (const [index, file] of files.entries()) {
    const kind = found[index]?.kind;
    if (kind === 'missing' || kind === 'folder') {
      const what = kind === 'missing' ? 'is missing' : 'is a folder';
      return { kind: 'broken', why: `it names '${formatPath(file)}', which ${what}` };
    }
  }
  if (files.length === 0) {
    return { kind: 'without-keys', why: 'it names neither a base nor an incr' };
  }
  const [first] = found;
  // A base of commands is empty where a server had no keys. A base that is a dump is never empty.
  const isLost = first?.kind === 'file' && first.sizeBytes === 0 && first.path.endsWith('.rdb');
  if (!hasBase || !isLost) return null;
  return { kind: 'without-keys', why: `its base '${formatPath(files[0] ?? ROOT)}' is empty` };
}

type Place =
  | { readonly kind: 'file'; readonly path: BytePath; readonly sizeBytes: number }
  /** `elsewhere`: a link leads out of SOURCE, which is told where SOURCE is scanned. */
  | { readonly kind: 'missing' | 'folder' | 'elsewhere' };

/** As the kernel (MAXSYMLINKS). */
const MOST_LINKS = 40;

/** Where a path leads within the snapshot, links followed. */
function follow(path: BytePath, entries: Entries): Place {
  let names = path.split('/');
  let links = 0;
  let at: BytePath = ROOT;
  while (names.length > 0) {
    const name = names.shift() ?? '';
    if (name === '' || name === '.') continue;
    if (name === '..' && at === ROOT) return { kind: 'elsewhere' };
    const next = name === '..' ? parentPath(at) : joinPath(at, name);
    const target = entries.get(next)?.linkTarget ?? null;
    if (target === null) {
      at = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return { kind: 'missing' };
    if (target.startsWith('/')) return { kind: 'elsewhere' };
    names = [...target.split('/'), ...names];
  }
  const entry = entries.get(at);
  if (at === ROOT || entry?.type === 'directory') return { kind: 'folder' };
  if (entry === undefined) return { kind: 'missing' };
  return { kind: 'file', path: at, sizeBytes: entry.content?.sizeBytes ?? 0 };
}
