import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import test from 'ava';

import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { cachedDataset } from './dataset-cache.js';

test('a dataset is made once for the same parameters', async (t) => {
  const directory = path.join(await temporaryDirectory(t), 'data');
  let made = 0;
  const make = async (): Promise<{ number: number }> => {
    made += 1;
    await writeFile(path.join(directory, `dump-${made}`), '');
    return { number: made };
  };
  t.deepEqual(await cachedDataset(directory, { keys: 5 }, make), { number: 1 });
  t.deepEqual(await cachedDataset(directory, { keys: 5 }, make), { number: 1 });
  t.deepEqual(await cachedDataset(directory, { keys: 6 }, make), { number: 2 });
  t.deepEqual((await readdir(directory)).sort(), ['dataset.json', 'dump-2']);
});

test('a dataset that was not finished is made again, from an empty folder', async (t) => {
  const directory = path.join(await temporaryDirectory(t), 'data');
  const failing = cachedDataset(directory, { keys: 5 }, async () => {
    await writeFile(path.join(directory, 'half'), '');
    throw new Error('killed');
  });
  await t.throwsAsync(failing, { message: 'killed' });
  t.is(await cachedDataset(directory, { keys: 5 }, async () => 'whole'), 'whole');
  t.deepEqual(await readdir(directory), ['dataset.json']);
});
