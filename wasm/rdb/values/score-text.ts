// Scores as text (type 3), as a server reads them with sscanf.

/** The length that stands for a score that is not a number. Above it are infinities, which have no text. */
const NAN_SCORE: u32 = 253;

/** Whether the text at `at`, which begins with its length, is a score. */
export function isScoreText(at: usize): bool {
  const length = u32(load<u8>(at));
  return length > NAN_SCORE || (length < NAN_SCORE && isNumber(at + 1, length));
}

/** Whether text begins with a number: blanks, a sign, digits or `inf`. */
function isNumber(at: usize, length: u32): bool {
  const end = at + length;
  let p = at;
  while (p < end && isBlank(u32(load<u8>(p)))) p++;
  if (p < end && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
  if (p + 3 <= end && isInfinity(p)) return true;
  if (p < end && load<u8>(p) == 0x2e) p++;
  return p < end && u32(load<u8>(p)) - 0x30 < 10;
}

function isBlank(byte: u32): bool {
  return byte == 0x20 || byte - 9 < 5;
}

/** In letters of any case. */
function isInfinity(at: usize): bool {
  return (load<u8>(at) | 32) == 0x69 && (load<u8>(at, 1) | 32) == 0x6e && (load<u8>(at, 2) | 32) == 0x66;
}
