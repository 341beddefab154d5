// How two runs of bytes differ, in words that are short however long the bytes are.

/** Null if both are the same. */
export function bytesDifference(
  expected: Uint8Array | undefined,
  actual: Uint8Array | undefined,
): string | null {
  if (expected === undefined || actual === undefined) return 'missing';
  const length = Math.min(expected.length, actual.length);
  let at = 0;
  while (at < length && expected[at] === actual[at]) at += 1;
  if (at < length) return `byte ${at} is ${actual[at]}, not ${expected[at]}`;
  if (expected.length === actual.length) return null;
  return `${actual.length} bytes, not ${expected.length}`;
}
