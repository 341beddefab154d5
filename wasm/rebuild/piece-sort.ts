// Sorts the pieces of a gather by the block in which their address lies: a radix sort that moves whole
// pieces. Pieces within one block keep their order, which is near enough to read a source front to end.

/** A piece: address u64, place in the window u32, length u32. */
export const PIECE: u32 = 16;
export const BLOCK_LOG: u32 = 10;

const DIGIT_BITS: u32 = 11;
const DIGITS: u32 = 1 << DIGIT_BITS;
/** Bytes that `sortPieces` needs at `counts`. */
export const SORT_COUNTS_BYTES: u32 = DIGITS * 4;

/**
 * Sorts `count` pieces at `pieces`. Their addresses are below 1 << `addressBits`. `spare` has as much
 * room as `pieces`. Returns the one of the two that holds the sorted pieces.
 */
export function sortPieces(
  pieces: usize,
  spare: usize,
  count: u32,
  counts: usize,
  addressBits: u32,
): usize {
  let from = pieces;
  let to = spare;
  for (let shift = BLOCK_LOG; shift < addressBits; shift += DIGIT_BITS) {
    if (countDigits(from, count, counts, shift)) continue;
    let sum: u32 = 0;
    for (let at = counts; at < counts + SORT_COUNTS_BYTES; at += 4) {
      const here = load<u32>(at);
      store<u32>(at, sum);
      sum += here;
    }
    const end = from + usize(count) * PIECE;
    for (let at = from; at < end; at += PIECE) {
      const slot = counts + digitOf(at, shift) * 4;
      const place = load<u32>(slot);
      store<u32>(slot, place + 1);
      v128.store(to + usize(place) * PIECE, v128.load(at));
    }
    const other = from;
    from = to;
    to = other;
  }
  return from;
}

/** Counts how often each digit occurs. Returns whether all pieces have the same digit. */
function countDigits(from: usize, count: u32, counts: usize, shift: u32): bool {
  memory.fill(counts, 0, SORT_COUNTS_BYTES);
  const end = from + usize(count) * PIECE;
  for (let at = from; at < end; at += PIECE) {
    const slot = counts + digitOf(at, shift) * 4;
    store<u32>(slot, load<u32>(slot) + 1);
  }
  return load<u32>(counts + digitOf(from, shift) * 4) == count;
}

// @ts-ignore: decorator
@inline
function digitOf(piece: usize, shift: u32): u32 {
  return u32(load<u64>(piece) >> shift) & (DIGITS - 1);
}
