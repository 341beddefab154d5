// A SHA-256 of bytes that pass by. The caller asks for memory, fills it and hands it over. So the bytes need
// not be copied, whether they are digested on this thread or on another one (digest-thread.ts).
import { type Hash, createHash } from 'node:crypto';
import { CHUNK_BYTES } from '../threads/chunk-ring.js';

export interface DigestStream {
  /** Memory for the next bytes: at least one byte, 1 MiB at most. */
  room(): Promise<Uint8Array>;
  /** Takes the first `count` bytes of the memory that `room` last gave. They must not change afterwards. */
  add(count: number): void;
  /** The digest of all bytes added so far. */
  soFar(): Promise<Buffer>;
  /** The digest of all bytes. No bytes may be added afterwards. */
  finish(): Promise<Buffer>;
}

/** Digests on the calling thread. */
export class LocalDigest implements DigestStream {
  readonly #hash: Hash = createHash('sha256');
  readonly #buffer: Buffer;

  /** @param sizeBytes about how many bytes are expected; more may come */
  constructor(sizeBytes: number) {
    this.#buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, sizeBytes)));
  }

  async room(): Promise<Uint8Array> {
    return this.#buffer;
  }

  add(count: number): void {
    this.#hash.update(this.#buffer.subarray(0, count));
  }

  async soFar(): Promise<Buffer> {
    return this.#hash.copy().digest();
  }

  async finish(): Promise<Buffer> {
    return this.#hash.digest();
  }
}
