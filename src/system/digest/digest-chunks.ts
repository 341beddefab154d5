// The SHA-256 of bytes that come in chunks. Contents are identified by this digest.
import { createHash } from 'node:crypto';
import type { Checkpoint } from '../time/checkpoint.js';

/** Reads `chunks` to the end, with a checkpoint before each. Errors of `chunks` are passed on. */
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
