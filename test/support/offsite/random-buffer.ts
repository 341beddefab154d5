// Bytes that no compression makes smaller, the same in each run.
import { createCipheriv } from 'node:crypto';

export function randomBuffer(sizeBytes: number, seed = 1): Buffer {
  const key = Buffer.alloc(16, seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes));
}
