// Decides whether a file is large enough to work on it on another thread.

/** Below this size, starting a thread (40 ms) takes longer than the work itself (decision 0007). */
const THREAD_FROM_BYTES = 4 << 20;

export function isWorthThread(sizeBytes: number | bigint): boolean {
  return sizeBytes >= THREAD_FROM_BYTES;
}
