// The SHA-256 of bytes that come in chunks: what contents are known by.
import { createHash } from 'node:crypto';
import type { Checkpoint } from '../time/checkpoint.js';

/** Reads `chunks` to their end, with a checkpoint before each. What they throw goes through. */
export async function digestChunks(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  checkpoint: Checkpoint,
): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const bytes of chunks) {
    await checkpoint();
    hash.update(bytes);
  }
  return hash.digest();
}
