// Files and edits for property tests. The files range from incompressible ones to those of two letters, in
// which everything equals something else. The edits are of the kinds that happen in a data directory.
import * as fc from 'fast-check';
import { createRandom, randomBytesOf } from '../delta/random-bytes.js';

/** What files may look like: any byte, a few letters, a block that repeats, or padded records. */
export const fileBytes: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(fc.nat(), fc.nat({ max: 60_000 })).map(([seed, length]) => randomBytesOf(seed, length)),
  fc.tuple(fc.nat(), fc.nat({ max: 5000 }), fc.integer({ min: 1, max: 3 })).map(lettersOf),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 100 }), fc.nat({ max: 400 }))
    .map(([block, times]) => Buffer.concat(Array.from({ length: times }, () => block))),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 9 }), fc.nat({ max: 3000 })).map(paddedRecordsOf),
);

function paddedRecordsOf([seed, nameBytes, padBytes]: [number, number, number]): Buffer {
  const random = createRandom(seed);
  const pad = randomBytesOf(seed, 1 + random(3));
  return Buffer.concat(
    Array.from({ length: 1 + random(30) }, (_, id) =>
      Buffer.concat([randomBytesOf(seed + id, nameBytes), Buffer.alloc(padBytes + random(2), pad)]),
    ),
  );
}

function lettersOf([seed, length, letters]: [number, number, number]): Buffer {
  const random = createRandom(seed);
  return Buffer.from(Array.from({ length }, () => 97 + random(letters)));
}

export interface Edit {
  readonly kind: 'delete' | 'insert' | 'replace' | 'move' | 'duplicate' | 'append';
  /** The place and the other place, as a share of the file from 0 to 1. */
  readonly at: number;
  readonly to: number;
  readonly length: number;
  readonly added: Buffer;
}

const place = fc.double({ min: 0, max: 1, noNaN: true });

export const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('delete', 'insert', 'replace', 'move', 'duplicate', 'append'),
  at: place,
  to: place,
  length: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 9000 })),
  added: fc
    .tuple(fc.nat(), fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 3000 })))
    .map(([seed, length]) => randomBytesOf(seed, length)),
});

export const edits = fc.array(edit, { minLength: 1, maxLength: 8 });

export function applyEdits(file: Buffer, list: readonly Edit[]): Buffer {
  let edited = file;
  for (const one of list) edited = applyEdit(edited, one);
  return edited;
}

function applyEdit(file: Buffer, { kind, at, to, length, added }: Edit): Buffer {
  const start = Math.floor(at * file.length);
  const before = file.subarray(0, start);
  const piece = file.subarray(start, start + length);
  const after = file.subarray(start + piece.length);
  switch (kind) {
    case 'delete':
      return Buffer.concat([before, after]);
    case 'insert':
      return Buffer.concat([before, added, piece, after]);
    case 'replace':
      return Buffer.concat([before, added, after]);
    case 'append':
      return Buffer.concat([file, added]);
    case 'duplicate':
      return insertAt(file, to, piece);
    case 'move':
      return insertAt(Buffer.concat([before, after]), to, piece);
    default:
      return file;
  }
}

function insertAt(file: Buffer, to: number, piece: Buffer): Buffer {
  const target = Math.floor(to * file.length);
  return Buffer.concat([file.subarray(0, target), piece, file.subarray(target)]);
}
