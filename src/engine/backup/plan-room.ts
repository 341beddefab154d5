// Which files are too large to be taken. Whoever owns SOURCE can make a file that says it has 2^63 bytes and
// has none on the disk (truncate). Such a file must not keep all others out of the backup. Pure.
import type { BytePath } from '../../system/files/byte-path.js';
import type { ScannedEntry } from '../source/scan-source.js';

/** No file of data is so empty: what compresses best still fills a hundredth of its size. */
const EMPTY_SHARE = 1000n;

const BLOCK_BYTES = 512n;

/** Beyond this a number of bytes is not exact. No disk has as many. */
const MOST_BYTES = BigInt(Number.MAX_SAFE_INTEGER);

export interface RoomPlan {
  /** The bytes that have to fit. */
  readonly neededBytes: number;
  readonly tooLarge: ReadonlySet<BytePath>;
}

/**
 * Leaves out files that say a size that cannot be. Where the rest does not fit, leaves out files of holes,
 * the largest first, until it does.
 * @param toRead the files that must be read
 */
export function planRoom(toRead: readonly ScannedEntry[], freeBytes: number): RoomPlan {
  const tooLarge = new Set<BytePath>();
  let neededBytes = 0n;
  const holes: ScannedEntry[] = [];
  for (const entry of toRead) {
    const { size } = entry.stat;
    if (size < 0n || size > MOST_BYTES) {
      tooLarge.add(entry.path);
      continue;
    }
    neededBytes += size;
    if (isOfHoles(entry)) holes.push(entry);
  }
  const bySize = holes.toSorted((a, b) => (a.stat.size < b.stat.size ? 1 : -1));
  for (const { path, stat } of bySize) {
    if (neededBytes <= freeBytes) break;
    neededBytes -= stat.size;
    tooLarge.add(path);
  }
  return { neededBytes: Number(neededBytes), tooLarge };
}

function isOfHoles({ stat }: ScannedEntry): boolean {
  return stat.blocks * BLOCK_BYTES * EMPTY_SHARE < stat.size;
}
