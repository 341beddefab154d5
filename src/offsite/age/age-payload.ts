// The payload of an age file, as age-encryption.org/v1 has it: pieces of 64 KiB, each encrypted with ChaCha20-Poly1305 under a
// key that comes from the file key and a nonce. The last piece says that it is the last, so that nobody can cut a file short.
// Node's own cipher does it several times as fast as one in JavaScript (docs/archive-format.md, "Encryption").
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { CorruptError } from '../../errors.js';
import { ByteSource } from '../../system/streams/byte-source.js';

export const PAYLOAD_NONCE_BYTES = 16;

const CIPHER = 'chacha20-poly1305';
const PIECE_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SEALED_PIECE_BYTES = PIECE_BYTES + TAG_BYTES;

/** The nonce of the payload, then its pieces. */
export async function* sealPayload(
  chunks: AsyncIterable<Uint8Array>,
  fileKey: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  const nonce = randomBytes(PAYLOAD_NONCE_BYTES);
  const pieces = new PieceCipher(fileKey, nonce);
  yield nonce;
  const source = new ByteSource(chunks);
  try {
    for (;;) {
      const piece = await source.take(PIECE_BYTES);
      const isLast = (await source.peek(1)).length === 0;
      yield pieces.seal(piece, isLast);
      if (isLast) return;
    }
  } finally {
    await source.close();
  }
}

/**
 * What sealPayload was given. The source is closed at the end.
 * @throws CorruptError where a byte is not as it was written, and where the end is missing
 */
export async function* openPayload(
  source: ByteSource,
  fileKey: Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    const nonce = Buffer.from(await source.take(PAYLOAD_NONCE_BYTES));
    if (nonce.length < PAYLOAD_NONCE_BYTES)
      throw new CorruptError('the encrypted data are cut off');
    const pieces = new PieceCipher(fileKey, nonce);
    for (let isFirst = true; ; isFirst = false) {
      const piece = await source.take(SEALED_PIECE_BYTES);
      const isLast = (await source.peek(1)).length === 0;
      const plain = pieces.open(piece, isLast);
      // Only an empty payload has an empty piece.
      if (plain.length === 0 && !isFirst) throw damagedPayload();
      yield plain;
      if (isLast) return;
    }
  } finally {
    await source.close();
  }
}

class PieceCipher {
  readonly #key: Buffer;
  /** Eleven bytes count the pieces; the twelfth says whether it is the last. */
  readonly #nonce = Buffer.alloc(12);
  #count = 0;

  constructor(fileKey: Uint8Array, nonce: Uint8Array) {
    this.#key = Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
  }

  seal(plain: Uint8Array, isLast: boolean): Buffer {
    const cipher = createCipheriv(CIPHER, this.#key, this.#nextNonce(isLast), {
      authTagLength: TAG_BYTES,
    });
    const sealed = cipher.update(plain);
    return Buffer.concat([sealed, cipher.final(), cipher.getAuthTag()]);
  }

  open(sealed: Uint8Array, isLast: boolean): Buffer {
    if (sealed.length < TAG_BYTES) throw damagedPayload();
    const decipher = createDecipheriv(CIPHER, this.#key, this.#nextNonce(isLast), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
    try {
      decipher.final();
    } catch {
      throw damagedPayload();
    }
    return plain;
  }

  #nextNonce(isLast: boolean): Buffer {
    this.#nonce.writeUIntBE(this.#count, 5, 6);
    this.#nonce[11] = isLast ? 1 : 0;
    this.#count += 1;
    return this.#nonce;
  }
}

function damagedPayload(): CorruptError {
  return new CorruptError('the encrypted data are damaged, or cut off');
}
