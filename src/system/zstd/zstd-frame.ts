// Checks the outline of a zstd frame (RFC 8878, section 3.1) while its bytes pass by. What is accepted does
// therefore not depend on the library: exactly one whole frame, nothing after it, no dictionary, and a
// window that bounds the memory. The library checks the content of the blocks.
import { CorruptError } from '../../errors.js';

/** The largest window that is accepted: the one of zstd's level 19. The zstd program accepts up to 27. */
export const MAX_WINDOW_LOG = 23;

const MAX_WINDOW_BYTES = 2 ** MAX_WINDOW_LOG;
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;

const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;

type Part = 'header' | 'blockHeader' | 'blockContent' | 'checksum' | 'end';

export class ZstdFrameScanner {
  #part: Part = 'header';
  /** The bytes of a header that is not complete yet, 14 at most. */
  #header: number[] = [];
  /** How many bytes of the current part are missing, where its length is known. */
  #leftBytes = 0;
  #isLastBlock = false;
  #hasChecksum = false;

  /** Whether the frame is complete. */
  get isComplete(): boolean {
    return this.#part === 'end';
  }

  /** @throws CorruptError where the bytes cannot be part of one acceptable frame, or follow its end */
  push(bytes: Uint8Array): void {
    let index = 0;
    while (index < bytes.length) {
      switch (this.#part) {
        case 'header':
          this.#header.push(bytes[index++] as number);
          this.#readFrameHeader();
          break;
        case 'blockHeader':
          this.#header.push(bytes[index++] as number);
          if (this.#header.length === BLOCK_HEADER_BYTES) this.#readBlockHeader();
          break;
        case 'blockContent':
        case 'checksum': {
          const count = Math.min(this.#leftBytes, bytes.length - index);
          index += count;
          this.#leftBytes -= count;
          if (this.#leftBytes === 0) this.#endPart();
          break;
        }
        case 'end':
          throw new CorruptError('there is data after the end of the zstd frame');
      }
    }
  }

  /** @throws CorruptError where the frame is not complete */
  finish(): void {
    if (!this.isComplete) throw new CorruptError('zstd data ends before the end of its frame');
  }

  #readFrameHeader(): void {
    const header = this.#header;
    const newest = header.length - 1;
    if (newest < MAGIC.length) {
      if (header[newest] !== MAGIC[newest]) throw new CorruptError('not zstd data');
      return;
    }
    const descriptor = header[4] as number;
    if (descriptor & 0x08) throw new CorruptError('zstd frame of an unknown form');
    if (descriptor & 0x03) throw new CorruptError('zstd frame that needs a dictionary');
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const windowBytes = isSingleSegment ? 0 : 1;
    const contentSizeFlag = descriptor >> 6;
    const contentSizeBytes = contentSizeFlag === 0 ? 1 - windowBytes : 2 ** contentSizeFlag;
    if (header.length < MAGIC.length + 1 + windowBytes + contentSizeBytes) return;

    const field = header.slice(MAGIC.length + 1);
    const size = isSingleSegment
      ? littleEndian(field) + (contentSizeFlag === 1 ? 256 : 0)
      : windowSize(field[0] as number);
    if (size > MAX_WINDOW_BYTES) {
      throw new CorruptError(
        `zstd frame asks for a window of ${size} bytes, more than the ${MAX_WINDOW_BYTES} allowed`,
      );
    }
    this.#hasChecksum = (descriptor & 0x04) !== 0;
    this.#enter('blockHeader');
  }

  #readBlockHeader(): void {
    const value = littleEndian(this.#header);
    const type = (value >> 1) & 3;
    if (type === BLOCK_RESERVED) throw new CorruptError('zstd block of an unknown type');
    this.#isLastBlock = (value & 1) !== 0;
    this.#leftBytes = type === BLOCK_RLE ? 1 : value >> 3;
    this.#enter('blockContent');
    if (this.#leftBytes === 0) this.#endPart();
  }

  #endPart(): void {
    if (this.#part === 'checksum') this.#enter('end');
    else if (!this.#isLastBlock) this.#enter('blockHeader');
    else if (this.#hasChecksum) {
      this.#leftBytes = CHECKSUM_BYTES;
      this.#enter('checksum');
    } else this.#enter('end');
  }

  #enter(part: Part): void {
    this.#part = part;
    this.#header = [];
  }
}

/** RFC 8878, 3.1.1.1.2. */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Inexact above 2^53. There it only matters that the value is too large. */
function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
