// How jobs of the engine read the table of a delta. The engine makes tables, and they lie in temporary
// files: a table that was damaged there ends in an error and does no other harm.
import test from 'ava';
import * as fc from 'fast-check';
import { applyTable } from '../../src/delta/apply-table.js';
import { DeltaFormatError } from '../../src/delta/delta-format-error.js';
import { type DeltaTable, joinTables, tabulate } from '../../src/delta/delta-table.js';
import { SpilledBytes } from '../../src/delta/engine/spilled-bytes.js';
import { uninterrupted } from '../../src/system/time/checkpoint.js';
import { copy, deltaOf, literal } from '../support/delta/delta-bytes.js';
import { MemoryReader } from '../support/files/memory-reader.js';
import { randomBytesOf } from './random-bytes.js';
import { Gathered } from './run-delta.js';

const basis = randomBytesOf(1, 1000);
const DAMAGED = 'the table of a delta, in a temporary file, is no longer what was written';
const IS_LITERAL = 2n ** 63n;

type Entry = readonly [begin: bigint | number, source: bigint | number];

function tableOf(resultBytes: number, ...list: Entry[]): DeltaTable {
  const entries = new SpilledBytes();
  for (const entry of list) {
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64LE(BigInt(entry[0]), 0);
    bytes.writeBigUInt64LE(BigInt(entry[1]), 8);
    entries.append(bytes);
  }
  return { entries, resultBytes };
}

function entriesOf({ entries }: DeltaTable): [bigint, bigint][] {
  const bytes = Buffer.alloc(entries.sizeBytes);
  entries.read(bytes, 0);
  return Array.from({ length: bytes.length / 16 }, (_, i) => [
    bytes.readBigUInt64LE(16 * i),
    bytes.readBigUInt64LE(16 * i + 8),
  ]);
}

async function apply(table: DeltaTable, literals: Uint8Array = Buffer.alloc(0)): Promise<Buffer> {
  const gathered = new Gathered();
  await applyTable(
    new MemoryReader(basis),
    { table, literals: new MemoryReader(literals) },
    gathered.emit,
  );
  return gathered.bytes;
}

test('literal bytes of several deltas share one store, and adjacent commands one entry', async (t) => {
  const literals = new SpilledBytes();
  const make = async (...commands: Buffer[]): Promise<DeltaTable> =>
    tabulate([deltaOf(...commands)], literals, {}, uninterrupted);
  const first = await make(copy(5, 10), copy(15, 10), literal(Buffer.from('abc')));
  const second = await make(literal(Buffer.from('de')), literal(Buffer.from('f')), copy(19, 4));
  t.deepEqual(entriesOf(first), [
    [0n, 5n],
    [20n, IS_LITERAL],
  ]);
  t.deepEqual(entriesOf(second), [
    [0n, IS_LITERAL | 3n],
    [3n, 19n],
  ]);
  const joined = await joinTables(first, second, uninterrupted);
  t.is(joined.resultBytes, 7);
  t.deepEqual(entriesOf(joined), [
    [0n, IS_LITERAL | 3n],
    [3n, 24n],
    [4n, IS_LITERAL],
  ]);
});

const damages: [string, DeltaTable][] = [
  ['begins after the first byte', tableOf(20, [1, 0])],
  ['goes back', tableOf(20, [0, 0], [10, 0], [5, 0])],
  ['has an empty entry', tableOf(20, [0, 0], [10, 0], [10, 5])],
  ['ends beyond its result', tableOf(20, [0, 0], [20, 0])],
  ['names bytes beyond the basis', tableOf(20, [0, 0], [10, 991])],
  ['names bytes far beyond the basis', tableOf(20, [0, 2n ** 63n - 1n])],
  ['names bytes beyond the literals', tableOf(20, [0, 0], [10, IS_LITERAL])],
  ['names bytes far beyond the literals', tableOf(20, [0, 2n ** 64n - 1n])],
];

for (const [what, table] of damages) {
  test(`a table that ${what} is not applied`, async (t) => {
    await t.throwsAsync(apply(table), {
      instanceOf: DeltaFormatError,
      message: new RegExp(DAMAGED),
    });
  });
}

test('a table is not joined with one that makes a middle of another length', async (t) => {
  const first = tableOf(20, [0, 0]);
  for (const second of [tableOf(20, [0, 1]), tableOf(1, [0, 20])]) {
    await t.throwsAsync(joinTables(first, second, uninterrupted), { instanceOf: DeltaFormatError });
  }
  await t.throwsAsync(joinTables(tableOf(20), tableOf(20, [0, 0]), uninterrupted), {
    instanceOf: DeltaFormatError,
  });
});

test('joining and applying two tables ends, whatever they hold', async (t) => {
  const number = fc.oneof(
    fc.bigInt({ min: 0n, max: 40n }),
    fc.bigInt({ min: 0n, max: 40n }).map((value) => value | IS_LITERAL),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  );
  const anyTable = fc.tuple(
    fc.nat({ max: 60 }),
    fc.array(fc.tuple(number, number), { maxLength: 8 }),
  );
  const rising = fc
    .tuple(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 }), fc.infiniteStream(number))
    .map(([lengths, sources]): [number, [bigint, bigint][]] => {
      let end = 0n;
      const entries = lengths.map((length): [bigint, bigint] => {
        const begin = end;
        end += BigInt(length);
        return [begin, sources.next().value];
      });
      return [Number(end), entries];
    });
  const table = fc.oneof(anyTable, rising);
  const literals = randomBytesOf(2, 40);
  let made = 0;
  await fc.assert(
    fc.asyncProperty(table, table, async ([middle, first], [result, second]) => {
      try {
        const joined = await joinTables(
          tableOf(middle, ...first),
          tableOf(result, ...second),
          uninterrupted,
        );
        if ((await apply(joined, literals)).length <= result) made += 1;
        else return false;
      } catch (error) {
        if (!(error instanceof DeltaFormatError)) throw error;
      }
      return true;
    }),
    { numRuns: 3000 },
  );
  t.not(made, 0);
});
