// Waiting, where waiting is the point: for a file to come to rest, for a lock to be free.

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}
