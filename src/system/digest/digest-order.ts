// What the digest thread can be told besides to take bytes.

export const DIGEST_ORDER = {
  /** Forget all bytes so far. */
  restart: -1,
  /** Put the digest of all bytes so far where both can read it. */
  soFar: -2,
} as const;
