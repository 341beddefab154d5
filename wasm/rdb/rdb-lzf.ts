// LZF, as RDB strings use it: literal runs and references to what was expanded before. Every length is
// checked against both ends before a byte is copied, so damaged bytes end in false and nothing else.
import { resetArena, take } from "../memory/arena";

/** Expands the `length` bytes at `at` to just `expanded` bytes at `into`; false where they do not. */
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
      memory.copy(out, at, count);
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
    if (distance >= count) {
      memory.copy(out, out - distance, count);
      out += count;
    } else {
      // It repeats what it is just making.
      for (const stop = out + count; out < stop; out++) store<u8>(out, load<u8>(out - distance));
    }
  }
  return out == outEnd;
}

let input: usize = 0;
let inputLength: u32 = 0;
let output: usize = 0;
let outputLength: u32 = 0;

/** Starts a job: the string's bytes are put at lzfInput, lzfExpand leaves the result at lzfOutput. */
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
