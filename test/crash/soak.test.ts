// Hundreds of operations at random - changes, backups, restores, deaths, kills, power losses - against
// a memory of every byte. SOAK_SEED repeats a run, SOAK_MINUTES makes it longer.
import test from 'ava';
import { memoryDirectory } from '../support/files/temporary-directory.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { SoakWorld } from './soak-world.js';

const MINUTES = Number(process.env['SOAK_MINUTES'] ?? '1.2');
const SEED = process.env['SOAK_SEED'] ?? String(Math.floor(Math.random() * 1e9));
const FEWEST = 200;

test('after random operations a repository has every byte of every snapshot', async (t) => {
  t.timeout((MINUTES + 20) * 60_000);
  t.log(`SOAK_SEED=${SEED}`);
  const random = new SeededRandom(SEED);
  const world = new SoakWorld(await memoryDirectory(t), random);
  await world.begin();
  const endMs = performance.now() + MINUTES * 60_000;
  let steps = 0;
  try {
    for (; steps < FEWEST || performance.now() < endMs; steps += 1) await world.step();
    await world.checkAll();
  } catch (error) {
    throw new Error(`SOAK_SEED=${SEED}, step ${steps}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  t.log(
    `${steps} operations: ${[...world.tally].map(([what, count]) => `${count} ${what}`).join(', ')}`,
  );
  t.is(world.tally.size, 8, 'each kind of operation was done');
});
