// Results that are built in windows: the bytes are the same as command by command, whatever the size of
// the window and the order of the ranges.
import test from 'ava';
import * as fc from 'fast-check';
import { randomBytesOf } from '../delta/random-bytes.js';
import { applyRun, composeBuffers, patchBuffer, runOf } from '../delta/run-delta.js';
import { copy, deltaOf, literal } from '../support/delta/delta-bytes.js';

/** Larger than the read buffer and than what is read at once. */
const basis = randomBytesOf(1, 700_000);

type Command =
  | { readonly kind: 'copy'; readonly at: number; readonly length: number }
  | { readonly kind: 'literal'; readonly seed: number; readonly length: number };

const length = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 3000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 70_000 }) },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('copy' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('literal' as const), seed: fc.nat(), length }),
  },
);
const commands = fc.array(command, { maxLength: 60 });
/** From one byte to more than the first window holds. */
const windowBytes = fc.constantFrom(1, 2, 17, 100, 1000, 30_000, 600_000, 4_000_000);

/** A delta, and its result, put together command by command. */
function build(from: Buffer, list: readonly Command[]): { delta: Buffer; result: Buffer } {
  const pieces: Buffer[] = [];
  const encoded: Buffer[] = [];
  for (const one of list) {
    if (one.kind === 'literal') {
      const bytes = randomBytesOf(one.seed, one.length);
      encoded.push(literal(bytes, 4));
      pieces.push(bytes);
    } else if (from.length > 0) {
      const start = Math.floor(one.at * (from.length - 1));
      const bytes = from.subarray(start, start + one.length);
      encoded.push(copy(start, bytes.length));
      pieces.push(bytes);
    }
  }
  return { delta: deltaOf(...encoded), result: Buffer.concat(pieces) };
}

test('patching makes what its commands say, in windows of any size', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      commands,
      windowBytes,
      fc.constantFrom(3, 100_000),
      async (list, window, cut) => {
        const { delta, result } = build(basis, list);
        const options = { windowBytes: window, chunkBytes: cut };
        return (await patchBuffer(basis, delta, options)).equals(result);
      },
    ),
    { numRuns: 300 },
  );
  t.pass();
});

test('a run is applied, and encoded as one delta, in windows of any size', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(commands, { minLength: 1, maxLength: 6 }),
      windowBytes,
      async (lists, window) => {
        let result = basis;
        const deltas: Buffer[] = [];
        for (const list of lists) {
          const built = build(result, list);
          deltas.push(built.delta);
          result = built.result;
        }
        const options = { windowBytes: window };
        const { delta, resultBytes } = await composeBuffers(deltas, 100_000, options);
        return (
          resultBytes === result.length &&
          (await applyRun(basis, runOf(deltas), options)).equals(result) &&
          (await patchBuffer(basis, delta)).equals(result)
        );
      },
    ),
    { numRuns: 150 },
  );
  t.pass();
});
