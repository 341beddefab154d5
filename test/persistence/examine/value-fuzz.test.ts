// Dumps of every version with bytes that are changed at random, and then a right checksum or none: looking into their values
// always ends in a verdict, whatever the bytes say, and in bounded memory.
import test from 'ava';
import { instances } from '../../../src/system/wasm/instance-pool.js';
import type { RdbExports } from '../../../src/persistence/rdb/rdb-exports.js';
import { judgeDump, sealed } from '../../support/redis/data/hostile/judge-value.js';
import { HOSTILE_DUMPS } from '../../support/redis/data/hostile/hostile-dumps.js';
import { HOSTILE_VALUES } from '../../support/redis/data/hostile/hostile-values.js';
import { dumpOf, dumpOfEntries } from '../../support/redis/data/hostile/judge-value.js';
import { VERDICT_KINDS } from '../../../src/persistence/examine/verdict.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { readSealedDumps } from './rdb-corpus.js';

const SEED = process.env['SEED'] ?? 'value-fuzz';
const CASES = Number(process.env['CASES'] ?? 12_000);
const LONGEST = 100_000;
/** A walk of a nightly backup takes about 6 MiB. */
const MEMORY_MOST = 16 * 1024 * 1024;
const SEAL_BYTES = 8;

const corpus: Buffer[] = [
  ...readSealedDumps()
    .map(({ bytes }) => bytes)
    .filter(({ length }) => length < LONGEST),
  ...HOSTILE_VALUES.map((value) => dumpOf(value)),
  ...HOSTILE_DUMPS.map(({ entries }) => dumpOfEntries(entries)),
];

function mutate(bytes: Buffer, random: SeededRandom): void {
  for (let change = random.below(4); change >= 0; change -= 1) {
    const at = random.below(bytes.length);
    const kind = random.below(4);
    if (kind === 0) bytes[at] = random.below(256);
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    else if (kind === 2) bytes[at] = [0, 0x7f, 0x80, 0x81, 0xc3, 0xff][random.below(6)] ?? 0;
    else bytes.copy(bytes, at, random.below(bytes.length));
  }
}

test(`${CASES} changed dumps: each has a verdict`, async (t) => {
  const random = new SeededRandom(SEED);
  for (let done = 0; done < CASES; done += 1) {
    const dump = Buffer.from(random.pick(corpus));
    mutate(dump, random);
    const body = dump.subarray(0, -SEAL_BYTES);
    const isSealed = random.chance(50);
    const changed = isSealed ? sealed(body) : Buffer.concat([body, Buffer.alloc(SEAL_BYTES)]);
    const pieceBytes = random.chance(50) ? changed.length : 1 + random.below(changed.length);
    const depth = random.below(50) === 0 ? 'deep' : 'nightly';
    const { kind } = await judgeDump(changed, { pieceBytes, depth });
    t.true(VERDICT_KINDS.includes(kind), `seed ${SEED}, case ${done}`);
  }
  const engine = instances.take<RdbExports>('small');
  t.true(engine.memoryBytes() <= MEMORY_MOST);
  instances.giveBack(engine);
});
