// Which parts of an archive are read back when a store is checked: a random few, so that each check looks at others.
import { randomInt } from 'node:crypto';

/** About this much is read back. At least one part is. */
const SAMPLED_BYTES = 64 * 1024 * 1024;

/** Indexes of `sizes`, in bytes, in a random order. */
export function sampleIndexes(sizes: readonly number[]): number[] {
  const left = sizes.map((_, index) => index);
  const chosen: number[] = [];
  let sizeBytes = 0;
  while (left.length > 0 && sizeBytes < SAMPLED_BYTES) {
    const [index = 0] = left.splice(randomInt(left.length), 1);
    chosen.push(index);
    sizeBytes += sizes[index] ?? 0;
  }
  return chosen;
}
