// A year of nights at 50 MB, with three restarts of the server. A smaller benchmark has smaller dumps here too; a larger one
// does not have larger ones.
import type { BenchContext } from '../bench-context.js';
import { datasetPlace } from './dataset-place.js';
import { type History, makeHistory } from './history-dataset.js';

const DUMP_BYTES = 50e6;

export interface Year {
  readonly history: History;
  readonly nights: number;
  readonly restarts: readonly number[];
}

export async function makeYear(context: BenchContext): Promise<Year> {
  const { workspace, seed, nights } = context;
  const dumpBytes = Math.min(DUMP_BYTES, context.dumpBytes);
  const place = datasetPlace(workspace.datasets, seed, dumpBytes);
  const restarts = [1, 2, 3].map((quarter) => Math.ceil((nights * quarter) / 4));
  const history = await makeHistory(place, nights, restarts, (night) =>
    context.say(`making night ${night} of ${nights}`),
  );
  return { history, nights, restarts };
}
