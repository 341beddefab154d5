// A year of nights at 50 MB, with three restarts of the server. Measured are the restore of the oldest night,
// and the cost of the whole history compared with the deltas that it consists of.
import path from 'node:path';

import Database from 'better-sqlite3';

import { deltaStoredBytes } from '../data/engine-delta.js';
import type { Night } from '../data/history-dataset.js';
import { makeYear } from '../data/year-dataset.js';
import { treeBytes } from '../file-tree.js';
import { describeFiles, formatBytes } from '../report/format-quantities.js';
import { backUpHistory } from '../measure/history-states.js';
import { measureRestores } from '../measure/measure-restores.js';
import type { PeerState } from '../measure/peer-state.js';
import { OURS, repositoryOf } from '../peers/peer.js';
import { ratioTarget, Targets } from '../report/targets.js';
import type { BenchCase } from './bench-case.js';

export const yearOfNights: BenchCase = {
  name: 'nights',
  run: async (context) => {
    const { history: dataset, nights, restarts } = await makeYear(context);
    let deltaBytes = 0;
    const history = await backUpHistory(context, dataset, [0, nights], async (night, ours) => {
      deltaBytes += await deltaBytesOf(night, ours);
    });
    const runs = await measureRestores(context, history, 0);
    const mirrorBytes = await treeBytes(history.original(nights));
    const ours = history.states.find(({ peer }) => peer.name === OURS) as PeerState;
    const repositoryBytes = await treeBytes(repositoryOf(ours.place));
    const targets = new Targets(runs);
    const sizes = `${formatBytes(repositoryBytes)} of ${formatBytes(mirrorBytes)} + ${formatBytes(deltaBytes)}`;
    return [
      {
        name: 'nights',
        title: `${nights} nights, restore of ${nights} snapshots back`,
        subject: `${nights + 1} snapshots of ${await describeFiles(history.original(nights))}, ${restarts.length} restarts of the server`,
        runs: runs.map((run) => (run.peer === OURS ? { ...run, repositoryBytes } : run)),
        targets: [
          targets.wallAtMost(6),
          ratioTarget(
            `repository ≤ 1.5 × (mirror + deltas alone): ${sizes}`,
            repositoryBytes,
            mirrorBytes + deltaBytes,
            1.5,
          ),
          targets.peakRssAtMost(256),
        ],
      },
    ];
  },
};

/**
 * The compressed length of the delta from this night to the one before. Where the program stored this delta,
 * its length is known. Where the program stored a full copy, the delta is made here, and the shorter of the
 * two counts.
 */
async function deltaBytesOf({ dump, previous }: Night, ours: PeerState): Promise<number> {
  if (previous === null) return 0;
  const newest = newestIncrement(repositoryOf(ours.place));
  if (newest.kind === 'delta') return newest.storedBytes;
  return Math.min(newest.storedBytes, await deltaStoredBytes(dump, previous));
}

function newestIncrement(repository: string): {
  readonly kind: 'full' | 'delta';
  readonly storedBytes: number;
} {
  const catalog = new Database(path.join(repository, 'redis-rewind-data', 'catalog.sqlite3'), {
    readonly: true,
  });
  try {
    const row = catalog
      .prepare('SELECT basis, stored_bytes FROM increment ORDER BY id DESC LIMIT 1')
      .get() as { basis: number | null; stored_bytes: number };
    return { kind: row.basis === null ? 'full' : 'delta', storedBytes: row.stored_bytes };
  } finally {
    catalog.close();
  }
}
