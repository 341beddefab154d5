// LZF, which RDB strings use: literal runs, and references to bytes that were already expanded. Every
// length is checked against both ends before a byte is copied. Damaged bytes give false, and no more.
import { resetArena, take } from "../../memory/arena";

/** Expands `length` bytes at `at` to exactly `expanded` bytes at `into`. False if that fails. */
export function expandLzf(at: usize, length: usize, into: usize, expanded: usize): bool {
  const end = at + length;
  const outEnd = into + expanded;
  let out = into;
  while (at < end) {
    const control = usize(load<u8>(at));
    at++;
    if (control < 32) {
      const count = control + 1;
      if (count > end - at || count > outEnd - out) return false;
      copyForward(out, at, count);
      at += count;
      out += count;
      continue;
    }
    let count = control >> 5;
    if (count == 7) {
      if (at == end) return false;
      count += usize(load<u8>(at));
      at++;
    }
    count += 2;
    if (at == end) return false;
    const distance = (((control & 31) << 8) | usize(load<u8>(at))) + 1;
    at++;
    if (distance > out - into || count > outEnd - out) return false;
    if (distance >= count || distance >= 8) {
      copyForward(out, out - distance, count);
      out += count;
    } else {
      // The reference overlaps the bytes that it makes.
      for (const stop = out + count; out < stop; out++) store<u8>(out, load<u8>(out - distance));
    }
  }
  return out == outEnd;
}

/** Copies eight bytes at a time, since most runs are short. The source is no nearer than eight bytes. */
// @ts-ignore: decorator
@inline
function copyForward(to: usize, from: usize, count: usize): void {
  let done: usize = 0;
  while (done + 8 <= count) {
    store<u64>(to + done, load<u64>(from + done));
    done += 8;
  }
  while (done < count) {
    store<u8>(to + done, load<u8>(from + done));
    done++;
  }
}

/** Whether `length` bytes at `at` expand to exactly `expanded` bytes. Expands nothing. */
export function isLzfSound(at: usize, length: usize, expanded: u64): bool {
  const end = at + length;
  let out: u64 = 0;
  while (at < end) {
    const control = u32(load<u8>(at));
    at++;
    if (control < 32) {
      at += control + 1;
      out += control + 1;
      continue;
    }
    let count = control >> 5;
    if (count == 7) {
      if (at >= end) return false;
      count += u32(load<u8>(at));
      at++;
    }
    if (at >= end) return false;
    const distance = (((control & 31) << 8) | u32(load<u8>(at))) + 1;
    at++;
    if (u64(distance) > out) return false;
    out += count + 2;
  }
  return at == end && out == expanded;
}

let input: usize = 0;
let inputLength: u32 = 0;
let output: usize = 0;
let outputLength: u32 = 0;

/** Starts a job. Put the string at lzfInput; lzfExpand then leaves the result at lzfOutput. */
export function lzfOpen(length: u32, expanded: u32): void {
  resetArena();
  inputLength = length;
  outputLength = expanded;
  input = take(length);
  output = take(expanded);
}

export function lzfInput(): usize {
  return input;
}

export function lzfOutput(): usize {
  return output;
}

export function lzfExpand(): bool {
  return expandLzf(input, inputLength, output, outputLength);
}
