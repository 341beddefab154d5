// Which new content the reverse delta of an old one is made against: the one most likely to be alike.
// A bad choice costs time and bytes and nothing else, since a delta that is not clearly smaller than
// a full copy is not kept.
import { type BytePath, baseName, compareBytes, parentPath } from '../../system/files/byte-path.js';

/** A file's content, and the file that had it in SOURCE. */
export interface BasisFile {
  readonly path: BytePath;
  readonly sizeBytes: number;
  readonly device: bigint;
  /** 0 where it is not known. */
  readonly inode: bigint;
}

/**
 * The candidate on which the content that leaves the mirror is based; null where none is akin. In
 * this order:
 * 1. what is now at the same path;
 * 2. the base of the next rewrite of the same AOF, which holds the same keys: of `x.3.base.rdb` that
 *    is `x.4.base.rdb`, and of `x`, as Redis before 7 had it, the first `x.N.base.*` in any folder.
 *    An incr has no such kin: it holds commands that no other file repeats;
 * 3. the same inode under another name, as of a file that was renamed and then changed. After the
 *    AOF, whose files come and go so fast that their inodes are used again;
 * 4. a file of the same name in another folder, the nearest in size.
 * Empty candidates are passed over.
 */
export function chooseBasis<Candidate extends BasisFile>(
  leaving: BasisFile,
  candidates: readonly Candidate[],
): Candidate | null {
  const useful = candidates.filter((candidate) => candidate.sizeBytes > 0);
  return (
    useful.find((candidate) => candidate.path === leaving.path) ??
    nextBase(leaving.path, useful) ??
    useful.find((candidate) => isSameInode(candidate, leaving)) ??
    nearestNamesake(leaving, useful)
  );
}

function isSameInode(a: BasisFile, b: BasisFile): boolean {
  return a.inode !== 0n && a.inode === b.inode && a.device === b.device;
}

/** A base file of a multi-part AOF (redis aof.c, BASE_FILE_SUFFIX): `<appendfilename>.<N>.base.<format>`. */
interface AofBase {
  readonly appendFileName: string;
  readonly sequence: number;
  readonly format: string;
}

function parseAofBase(path: BytePath): AofBase | null {
  const match = /^(.+)\.(\d+)\.base\.(rdb|aof)$/s.exec(baseName(path));
  if (match === null) return null;
  const [, appendFileName, sequence, format] = match as unknown as [string, string, string, string];
  return { appendFileName, sequence: Number(sequence), format };
}

function nextBase<Candidate extends BasisFile>(
  path: BytePath,
  candidates: readonly Candidate[],
): Candidate | null {
  const old = parseAofBase(path);
  const appendFileName = old?.appendFileName ?? baseName(path);
  const sequence = old?.sequence ?? 0;
  let nearest: { candidate: Candidate; sequence: number } | null = null;
  for (const candidate of candidates) {
    const base = parseAofBase(candidate.path);
    if (base?.appendFileName !== appendFileName || base.sequence <= sequence) continue;
    if (old !== null && base.format !== old.format) continue;
    if (old !== null && parentPath(candidate.path) !== parentPath(path)) continue;
    if (nearest === null || base.sequence < nearest.sequence) {
      nearest = { candidate, sequence: base.sequence };
    }
  }
  return nearest?.candidate ?? null;
}

function nearestNamesake<Candidate extends BasisFile>(
  leaving: BasisFile,
  candidates: readonly Candidate[],
): Candidate | null {
  const name = baseName(leaving.path);
  const difference = (candidate: Candidate): number =>
    Math.abs(candidate.sizeBytes - leaving.sizeBytes);
  const [nearest] = candidates
    .filter((candidate) => baseName(candidate.path) === name)
    .toSorted((a, b) => difference(a) - difference(b) || compareBytes(a.path, b.path));
  return nearest ?? null;
}
