// Chooses the new content that an old one's reverse delta is made against: the one that is most likely to
// be similar. A bad choice costs only time and space, since a delta that is not clearly smaller than a full
// copy is not stored.
import { type AofPart, parseAofPart } from '../../../persistence/aof/data-file-names.js';
import {
  type BytePath,
  baseName,
  compareBytes,
  parentPath,
} from '../../../system/files/byte-path.js';

/** A file's content, and the file that had it in SOURCE. */
export interface BasisFile {
  readonly path: BytePath;
  readonly sizeBytes: number;
  readonly device: bigint;
  /** 0 where it is not known. */
  readonly inode: bigint;
}

/** How much larger than an incr file a base may be that is gone through for the values of the incr file. */
const BASE_MOST_TIMES = 64;

/** A delta must hold nearly all of a content that is this many times as long as its basis. */
const LONGER_TIMES = 5;

/** Trying costs time only with long contents. Short ones may repeat what their basis has. */
const LONG_FROM_BYTES = 16 * 2 ** 20;

/** Whether a basis is so short that a full copy of the content is as good, as after FLUSHALL. */
export function isFarTooShort(basisBytes: number, contentBytes: number): boolean {
  return contentBytes >= LONG_FROM_BYTES && basisBytes * LONGER_TIMES < contentBytes;
}

/**
 * The basis for the content that leaves the mirror; null where no candidate is similar. The first of these:
 * 1. the file that is now at the same path;
 * 2. the base file of the next rewrite of the same AOF, which holds the same keys. For `x.3.base.rdb` this
 *    is `x.4.base.rdb`. For `x`, the single file of Redis before 7, it is the first `x.N.base.*` in any
 *    folder. For an incr file, `x.3.incr.aof`, it is the newest base beside it: a rewrite moves the values of
 *    its commands there. A base that is far larger than the incr file would cost more time than it saves;
 * 3. the same inode under another name: a file that was renamed and then changed. This comes after the
 *    AOF, whose files are replaced so often that their inodes are used again;
 * 4. a file of the same name in another folder, the nearest in size.
 * Empty candidates are skipped. So are those that are far too short, but not for an incr file: it may have a value many times.
 */
export function chooseBasis<Candidate extends BasisFile>(
  leaving: BasisFile,
  candidates: readonly Candidate[],
): Candidate | null {
  const filled = candidates.filter((candidate) => candidate.sizeBytes > 0);
  const useful = filled.filter(({ sizeBytes }) => !isFarTooShort(sizeBytes, leaving.sizeBytes));
  return (
    useful.find((candidate) => candidate.path === leaving.path) ??
    nextBase(leaving.path, useful) ??
    baseOfRewrite(leaving, filled) ??
    useful.find((candidate) => isSameInode(candidate, leaving)) ??
    nearestNamesake(leaving, useful)
  );
}

function isSameInode(a: BasisFile, b: BasisFile): boolean {
  return a.inode !== 0n && a.inode === b.inode && a.device === b.device;
}

function parseAofBase(path: BytePath): AofPart | null {
  const part = parseAofPart(path);
  return part?.kind === 'base' ? part : null;
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

/** The base that a rewrite made of the commands of an incr file. Null where it is too large, or `leaving` no incr file. */
function baseOfRewrite<Candidate extends BasisFile>(
  leaving: BasisFile,
  candidates: readonly Candidate[],
): Candidate | null {
  const incr = parseAofPart(leaving.path);
  if (incr?.kind !== 'incr') return null;
  const folder = parentPath(leaving.path);
  let newest: { candidate: Candidate; sequence: number } | null = null;
  for (const candidate of candidates) {
    const base = parseAofBase(candidate.path);
    if (base?.appendFileName !== incr.appendFileName) continue;
    if (parentPath(candidate.path) !== folder) continue;
    if (newest === null || base.sequence > newest.sequence) {
      newest = { candidate, sequence: base.sequence };
    }
  }
  if (newest === null) return null;
  const { candidate } = newest;
  return candidate.sizeBytes <= leaving.sizeBytes * BASE_MOST_TIMES ? candidate : null;
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
