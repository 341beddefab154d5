// Contents of files that are large enough for threads of their own.
import { SeededRandom } from '../program/seeded-random.js';

/** Enough for the other threads. */
export const LARGE = 6 << 20;

export function randomBytes(seed: string, length = LARGE): Buffer {
  // Compressible enough to be quick, random enough not to repeat.
  const block = new SeededRandom(seed).bytes(64 << 10);
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += block.length) {
    block.copy(bytes, at, 0, Math.min(block.length, length - at));
    bytes.writeUInt32BE(at, at);
  }
  return bytes;
}

/** Some bytes here and there replaced, inserted and taken out. */
export function edited(bytes: Buffer, mark: string): Buffer {
  const third = Math.floor(bytes.length / 3);
  return Buffer.concat([
    Buffer.from(mark),
    bytes.subarray(0, third),
    Buffer.from(`inserted ${mark}`),
    bytes.subarray(third + 100, 2 * third),
    Buffer.from(mark),
    bytes.subarray(2 * third),
  ]);
}
