// Where a chain of reverse deltas is cut: a content that leaves the mirror while many bytes of deltas
// hang on it is kept as a full copy, and everything older starts from there (docs/format.md,
// "Increments"). A restore then reads a bounded part of the history, whatever its length. Deltas and
// full copies compress about alike, so that the full copies take about half of what the deltas take.

/** So many times its own length a content carries in deltas before it is kept whole. */
const CHAIN_PER_CONTENT = 2;

/** Deltas of this length in all are composed in no time: small files need no full copies. */
const CHAIN_LEAST_BYTES = 1 << 20;

/**
 * Whether a content of `sizeBytes` is to be kept as a full copy though a delta would do.
 * @param chainBytes the plain bytes of the deltas on the longest chain that hangs on it
 */
export function breaksChain(sizeBytes: number, chainBytes: number): boolean {
  return chainBytes > Math.max(CHAIN_PER_CONTENT * sizeBytes, CHAIN_LEAST_BYTES);
}
