// Single flipped bits in a catalog. A verification finds each one, or it changes nothing. No backup, restore or
// list is wrong without a word, and none goes on for ever. A repair mends what was found. FLIPS=all tries every
// bit with every command (`npm run test:flips`, which takes hours); any other FLIPS is a seed.
import * as fs from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { memoryDirectory } from '../support/files/temporary-directory.js';
import { type Field, headerFields, tableFields } from '../support/damage/flips/database-bits.js';
import { worldCatalog } from '../support/damage/flips/flip-trial.js';
import { makeFlipWorld } from '../support/damage/flips/flip-world.js';
import { runFlips } from '../support/damage/flips/run-flips.js';
import { SeededRandom } from '../support/program/seeded-random.js';

const ALL = process.env['FLIPS'] === 'all';

/** Their rows are found with those of the snapshots. */
const LARGE_TABLES = /^(?:content|version|sqlite_schema) /;
const BITS_OF_A_FIELD = 4;
/** A repair takes long, so one flip of this many is repaired. */
const REPAIRED = 20;

for (const [title, isCutOff, count] of [
  ['a settled catalog', false, 2000],
  ['a catalog that owes operations', true, 1000],
] as const) {
  test.serial(`each flipped bit in ${title} is found or changes nothing`, async (t) => {
    t.timeout(ALL ? 2 ** 31 - 1 : 1_200_000);
    const world = await makeFlipWorld(await emptyFolder(t), isCutOff);
    const catalog = readFileSync(worldCatalog(world));
    const bits = ALL ? everyBit(catalog) : chosenBits(t, catalog, count);
    const tasks = bits.map((bit, index) => ({
      bit,
      turn: ALL ? null : index,
      // A catalog that owes operations is newer than its copies.
      repairs: !isCutOff && (ALL || index % REPAIRED === 0),
    }));
    const wrong = await runFlips(world, await emptyFolder(t), tasks);
    t.deepEqual(wrong.slice(0, 10), [], `${wrong.length} of ${tasks.length} flips`);
  });
}

async function emptyFolder(t: ExecutionContext): Promise<string> {
  const folder = path.join(await memoryDirectory(t), 'flips');
  await fs.mkdir(folder);
  return folder;
}

function everyBit(catalog: Buffer): number[] {
  return Array.from({ length: catalog.length * 8 }, (_, bit) => bit);
}

/** Some bits of each field of the header and of each cell of the small tables, and any others. */
function chosenBits(t: ExecutionContext, catalog: Buffer, count: number): number[] {
  const seed = process.env['FLIPS'] ?? String(Date.now());
  t.log(`FLIPS=${seed}`);
  const random = new SeededRandom(seed);
  const fields: Field[] = [
    ...headerFields(),
    ...tableFields(catalog).filter(({ name }) => !LARGE_TABLES.test(name)),
  ];
  const chosen = new Set<number>();
  for (const { start, bytes } of fields) {
    for (let n = 0; n < Math.min(BITS_OF_A_FIELD, bytes); n += 1) {
      chosen.add(start * 8 + random.below(bytes * 8));
    }
  }
  t.true(chosen.size < count, `${chosen.size} bits of fields`);
  while (chosen.size < count) chosen.add(random.below(catalog.length * 8));
  return [...chosen];
}
