// Hostile input: every decoder ends in a result or in a DeltaFormatError, whatever it is given.
import test from 'ava';
import * as fc from 'fast-check';
import { DeltaFormatError } from '../../src/delta/delta-format-error.js';
import { KINDS } from '../delta/corpus.js';
import { randomBytesOf } from '../delta/random-bytes.js';
import {
  applyRun,
  composeBuffers,
  deltaBySignature,
  diffBuffers,
  patchBuffer,
  runOf,
  signatureOf,
} from '../delta/run-delta.js';

const MOST = 1_000_000;
const basis = randomBytesOf(41, 20_000);
const result = Buffer.concat([
  basis.subarray(7000),
  randomBytesOf(42, 900),
  basis.subarray(0, 6000),
]);
const { delta: sound } = await diffBuffers(basis, result);
const { delta: soundBack } = await diffBuffers(result, basis);
const soundSignatures = await Promise.all(
  KINDS.map((kind) => signatureOf(basis, { kind, blockBytes: 500, strongBytes: 8 })),
);

/** Runs a decoder. Returns what it made, or null if it rejected its input as it should. */
async function outcome<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DeltaFormatError) return null;
    throw error;
  }
}

interface Mutation {
  readonly kind: 'flip' | 'overwrite' | 'remove' | 'insert' | 'repeat' | 'truncate';
  readonly at: number;
  readonly bytes: Uint8Array;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('flip', 'overwrite', 'remove', 'insert', 'repeat', 'truncate'),
  // The grammar is in the head, so half of all mutations are near the start.
  at: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 1500 })),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
});

function mutate(file: Buffer, { kind, at: place, bytes }: Mutation): Buffer {
  const at = Math.min(place, file.length);
  const before = file.subarray(0, at);
  const after = file.subarray(at + bytes.length);
  switch (kind) {
    case 'flip': {
      const flipped = Buffer.from(file);
      flipped[at] = (flipped[at] ?? 0) ^ (bytes[0] ?? 1);
      return flipped;
    }
    case 'overwrite':
      return Buffer.concat([before, bytes, after]);
    case 'remove':
      return Buffer.concat([before, after]);
    case 'insert':
      return Buffer.concat([before, bytes, file.subarray(at)]);
    case 'repeat':
      return Buffer.concat([before, file.subarray(at), file.subarray(at)]);
    case 'truncate':
      return before;
    default:
      return file;
  }
}

const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
const mutatedDelta = mutations.map((list) => list.reduce(mutate, sound));
const mutatedBack = mutations.map((list) => list.reduce(mutate, soundBack));
const mutatedSignature = fc
  .tuple(fc.constantFrom(...soundSignatures), mutations)
  .map(([signature, list]) => list.reduce(mutate, signature));
const randomBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const commands = randomBytes.map((bytes) => Buffer.concat([Buffer.from('72730236', 'hex'), bytes]));
const anyDelta = fc.oneof(randomBytes, commands, mutatedDelta);
const anyFirst = fc.oneof(anyDelta, fc.constant(sound));
const chunkSize = fc.constantFrom(1, 5, 100_000);

test('patch ends in a result or a DeltaFormatError, the same for every chunk size', async (t) => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(anyDelta, async (delta) => {
      const whole = await outcome(patchBuffer(basis, delta, { maxResultBytes: MOST }));
      const pieces = await outcome(
        patchBuffer(basis, delta, { maxResultBytes: MOST, chunkBytes: 1 }),
      );
      if (whole !== null) made += 1;
      if (whole === null || pieces === null) return whole === pieces;
      return whole.length <= MOST && whole.equals(pieces);
    }),
    { numRuns: 3000 },
  );
  t.true(made > 0, 'some mutations leave a legal delta');
});

test('compose ends in a delta that patch takes, or a DeltaFormatError', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyDelta, { minLength: 1, maxLength: 3 }),
      chunkSize,
      async (deltas, chunkBytes) => {
        const composed = await outcome(composeBuffers(deltas, chunkBytes));
        if (composed === null || composed.resultBytes > MOST) return true;
        const made = await outcome(patchBuffer(basis, composed.delta));
        // A composition does not know the basis: its COPYs may still go beyond the end of one.
        return made === null || made.length === composed.resultBytes;
      },
    ),
    { numRuns: 2000 },
  );
  t.pass();
});

test('a run ends like patching in turn, composed or applied by its table', async (t) => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(anyFirst, fc.oneof(anyDelta, mutatedBack), async (first, second) => {
      const options = { maxResultBytes: MOST };
      const middle = await outcome(patchBuffer(basis, first, options));
      const last = middle && (await outcome(patchBuffer(middle, second, options)));
      const run = runOf([first, second], 4096, MOST);
      const applied = await outcome(applyRun(basis, run, { windowBytes: 5000 }));
      if (last === null || applied === null) return last === applied;
      made += 1;
      const { delta } = await composeBuffers([first, second]);
      return applied.equals(last) && (await patchBuffer(basis, delta)).equals(last);
    }),
    { numRuns: 2000 },
  );
  t.not(made, 0);
});

test('a signature ends in a delta or a DeltaFormatError', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(randomBytes, mutatedSignature),
      chunkSize,
      async (signature, chunkBytes) => {
        const delta = await outcome(deltaBySignature(signature, result, chunkBytes));
        if (delta === null) return true;
        const made = await outcome(patchBuffer(basis, delta, { maxResultBytes: MOST }));
        return made === null || made.length <= MOST;
      },
    ),
    { numRuns: 1000 },
  );
  t.pass();
});
