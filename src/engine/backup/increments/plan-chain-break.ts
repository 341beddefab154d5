// Where a chain of reverse deltas is cut. A content that leaves the mirror is kept as a full copy once the
// deltas that hang on it are long, and everything older starts from that copy (docs/format.md,
// "Increments"). So a restore reads a bounded part of the history, however long the history is. The full
// copies take about half the space of the deltas, since both compress about equally well.

/** Longest chain, as a multiple of the content's own length, before a full copy is stored. */
const CHAIN_PER_CONTENT = 2;

/** Chains up to this length are composed at once, so that small files need no full copies. */
const CHAIN_LEAST_BYTES = 1 << 20;

/**
 * Whether a content of `sizeBytes` is stored as a full copy in place of a delta.
 * @param chainBytes the plain bytes of the deltas on the longest chain that hangs on it
 */
export function breaksChain(sizeBytes: number, chainBytes: number): boolean {
  return chainBytes > Math.max(CHAIN_PER_CONTENT * sizeBytes, CHAIN_LEAST_BYTES);
}
