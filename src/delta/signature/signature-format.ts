// The four kinds of librsync signature, the lengths that each may have, and the lengths that librsync
// recommends. A repository holds no signatures: other programs exchange them (signature.ts).
import { UsageError } from '../../errors.js';

export interface SignatureKind {
  readonly weak: 'rollsum' | 'rabinkarp';
  readonly strong: 'md4' | 'blake2b';
}

/** The kind that librsync makes by default. */
export const DEFAULT_KIND: SignatureKind = { weak: 'rabinkarp', strong: 'blake2b' };

const MAGIC = {
  rollsum: { md4: 0x72730136, blake2b: 0x72730137 },
  rabinkarp: { md4: 0x72730146, blake2b: 0x72730147 },
} as const;

/** Length of a whole strong sum. A signature may hold only the beginning of it. */
export const STRONG_MOST_BYTES = { md4: 16, blake2b: 32 } as const;

const BLOCK_MOST_BYTES = 64 * 1024 * 1024;

export function magicOf(kind: SignatureKind): number {
  return MAGIC[kind.weak][kind.strong];
}

/** The block length that librsync 2.3 recommends for an input of `sizeBytes`, null if unknown. */
export function recommendedBlockBytes(sizeBytes: number | null): number {
  if (sizeBytes === null) return 2048;
  if (sizeBytes <= 65_536) return 256;
  return Math.min(Math.floor(Math.sqrt(sizeBytes) / 128) * 128, BLOCK_MOST_BYTES);
}

/** @throws UsageError when a signature of this kind cannot have these lengths */
export function checkSignatureLengths(
  kind: SignatureKind,
  blockBytes: number,
  strongBytes: number,
): void {
  if (!Number.isInteger(blockBytes) || blockBytes < 1 || blockBytes > BLOCK_MOST_BYTES) {
    throw new UsageError(
      `blocks of ${blockBytes} bytes are not possible: 1 to ${BLOCK_MOST_BYTES} are`,
    );
  }
  const most = STRONG_MOST_BYTES[kind.strong];
  if (!Number.isInteger(strongBytes) || strongBytes < 1 || strongBytes > most) {
    throw new UsageError(`strong sums of ${strongBytes} bytes are not possible: 1 to ${most} are`);
  }
}
