// Makes a full copy in its stored form: one zstd frame of the content.
import { createHash } from 'node:crypto';
import { type Checkpoint, uninterrupted } from '../system/time/checkpoint.js';
import { createZstdWriter } from '../system/zstd/zstd.js';

/**
 * Compresses `chunks`. `write` must copy the bytes that it keeps.
 * @returns the SHA-256 of the content
 */
export async function compressContent(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  zstdLevel: number,
  write: (bytes: Uint8Array) => void,
  checkpoint: Checkpoint = uninterrupted,
): Promise<Buffer> {
  const hash = createHash('sha256');
  const writer = await createZstdWriter(zstdLevel, write);
  for await (const bytes of chunks) {
    await checkpoint();
    hash.update(bytes);
    await writer.write(bytes);
  }
  await writer.finish();
  return hash.digest();
}
