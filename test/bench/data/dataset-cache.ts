// Datasets that outlive a run: a folder each, reused while the parameters that it was made with are
// the same. The record is written last, so a folder without one was left by a run that did not end.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const RECORD = 'dataset.json';

/** Raised whenever other data comes out of the same parameters. */
const GENERATION = 1;

/** Everything that decides what is in a dataset; plain JSON. */
export type DatasetParameters = Readonly<Record<string, string | number | readonly number[]>>;

/**
 * The facts of the dataset in `directory`, which `make` fills and describes (as plain JSON) unless it
 * is there. A dataset made with other parameters is replaced.
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
