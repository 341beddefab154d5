// The head of a librsync signature: its magic, the block length and the length of the strong sums.
import { useStrong, BLAKE2B_BYTES, MD4_BYTES } from "./strong-sum";
import { useWeak } from "./weak-sum";

export const SIGNATURE_HEAD: u32 = 12;

const ROLLSUM_MD4: u32 = 0x72730136;
const ROLLSUM_BLAKE2B: u32 = 0x72730137;
const RABINKARP_MD4: u32 = 0x72730146;
const RABINKARP_BLAKE2B: u32 = 0x72730147;

/** Chooses both sums by the magic. Returns the full length of the strong sum, or 0 for no magic. */
export function useSums(magic: u32): u32 {
  const isMd4 = magic == ROLLSUM_MD4 || magic == RABINKARP_MD4;
  const isRollsum = magic == ROLLSUM_MD4 || magic == ROLLSUM_BLAKE2B;
  if (!isMd4 && magic != ROLLSUM_BLAKE2B && magic != RABINKARP_BLAKE2B) return 0;
  useStrong(isMd4);
  useWeak(isRollsum);
  return isMd4 ? MD4_BYTES : BLAKE2B_BYTES;
}
