// Bytes that look random and are the same in every run.

/** A source of numbers in [0, limit): the same sequence for the same seed (xorshift32). */
export function createRandom(seed: number): (limit: number) => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 0x100000000) * limit);
  };
}

export function randomBytesOf(seed: number, length: number): Buffer {
  const random = createRandom(seed);
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = random(256);
  return bytes;
}
