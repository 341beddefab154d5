// Where datasets are kept, and what they consist of.
import path from 'node:path';

import type { Digests } from './file-digest.js';
import { DUMP_BYTES_PER_KEY } from './key-values.js';

/** The keys that a dataset is made of, and the folder of all datasets of those keys. */
export interface DatasetPlace {
  readonly directory: string;
  readonly seed: number;
  readonly keys: number;
}

/** A SOURCE at one moment. */
export interface Source {
  readonly directory: string;
  readonly digests: Digests;
}

/** The folder of datasets whose dumps have about `dumpBytes` bytes. */
export function datasetPlace(root: string, seed: number, dumpBytes: number): DatasetPlace {
  const keys = Math.round(dumpBytes / DUMP_BYTES_PER_KEY);
  return { directory: path.join(root, `${keys}-keys`), seed, keys };
}
