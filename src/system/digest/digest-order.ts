// The orders of the digest thread, besides taking bytes.

export const DIGEST_ORDER = {
  /** Forget all bytes so far. */
  restart: -1,
  /** Put the digest of all bytes so far in the shared memory. */
  soFar: -2,
} as const;
