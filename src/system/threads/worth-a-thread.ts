// When work on a file is handed to another thread.

/** Below this a thread takes longer to start, 40 ms, than the work itself (decision 0007). */
const THREAD_FROM_BYTES = 4 << 20;

export function isWorthThread(sizeBytes: number | bigint): boolean {
  return sizeBytes >= THREAD_FROM_BYTES;
}
