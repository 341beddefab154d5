// Files in the shapes that delta code tends to get wrong. Tests go over all pairs of them.
import type { SignatureKind } from '../../src/delta/signature/signature-format.js';
import { createRandom, randomBytesOf } from './random-bytes.js';

export const BLOCK_BYTES = 256;

const random = randomBytesOf(21, 5000);
const blocks = Array.from({ length: 20 }, (_, i) =>
  random.subarray(i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES),
);

function shuffled<T>(items: readonly T[]): T[] {
  const next = createRandom(22);
  return items
    .map((item) => ({ item, key: next(0x7fffffff) }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** The content of each file by its name. Blocks are of BLOCK_BYTES. */
export const CORPUS: Record<string, Buffer> = {
  empty: Buffer.alloc(0),
  'one byte': Buffer.from('x'),
  'block - 1': random.subarray(0, BLOCK_BYTES - 1),
  block: random.subarray(0, BLOCK_BYTES),
  'block + 1': random.subarray(0, BLOCK_BYTES + 1),
  random,
  repeated: Buffer.concat(Array.from({ length: 9 }, () => random.subarray(0, 700))),
  'shuffled blocks': Buffer.concat(shuffled(blocks)),
  insertion: Buffer.concat([
    random.subarray(0, 2000),
    randomBytesOf(23, 77),
    random.subarray(2000),
  ]),
  deletion: Buffer.concat([random.subarray(0, 1000), random.subarray(1333)]),
};

export const KINDS: readonly SignatureKind[] = [
  { weak: 'rabinkarp', strong: 'blake2b' },
  { weak: 'rabinkarp', strong: 'md4' },
  { weak: 'rollsum', strong: 'blake2b' },
  { weak: 'rollsum', strong: 'md4' },
];

export function corpusPairs(): { name: string; basis: Buffer; result: Buffer }[] {
  const files = Object.entries(CORPUS);
  return files.flatMap(([from, basis]) =>
    files.map(([to, result]) => ({ name: `${from} to ${to}`, basis, result })),
  );
}
