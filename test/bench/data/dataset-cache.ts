// Datasets that outlive a run. Each has a folder, which is reused while its parameters stay the same. The record
// is written last, so a folder without a record was left by a run that did not finish.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const RECORD = 'dataset.json';

/** Raise this number when the same parameters give other data. */
const GENERATION = 1;

/** Everything that determines the data of a dataset, as plain JSON. */
export type DatasetParameters = Readonly<Record<string, string | number | readonly number[]>>;

/**
 * The facts of the dataset in `directory`. Where the dataset does not exist, `make` creates it and returns the
 * facts as plain JSON. A dataset that was made with other parameters is replaced.
 */
export async function cachedDataset<Facts>(
  directory: string,
  parameters: DatasetParameters,
  make: () => Promise<Facts>,
): Promise<Facts> {
  const made = JSON.stringify({ generation: GENERATION, ...parameters });
  const recordPath = path.join(directory, RECORD);
  const record = await readFile(recordPath, 'utf8').catch(() => null);
  if (record !== null) {
    const known = JSON.parse(record) as { made: string; facts: Facts };
    if (known.made === made) return known.facts;
  }
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const facts = await make();
  await writeFile(recordPath, `${JSON.stringify({ made, facts }, null, 2)}\n`);
  return facts;
}
