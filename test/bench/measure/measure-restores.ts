// How every restore case is measured: the programs in turn, as for backups, each into a new folder on the same
// disk. The yardstick copies the original. Every restored file is compared with the original.
import { rm } from 'node:fs/promises';

import type { BenchContext } from '../bench-context.js';
import { DUMP } from '../data/bench-server.js';
import { requireSameFiles } from '../data/file-digest.js';
import { warm } from '../file-tree.js';
import type { HistoryStates } from './history-states.js';
import { measureStep } from '../commands/measure-process.js';
import { RUN_MEMORY, touchMemory } from './present-memory.js';
import type { PeerState } from './peer-state.js';
import { requireStep } from '../peers/peer.js';
import type { RunResult } from '../report/results.js';

export async function measureRestores(
  context: BenchContext,
  history: HistoryStates,
  night: number,
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  for (let round = 1; round <= context.runs; round += 1) {
    for (const state of history.states) {
      context.say(`run ${round} of ${context.runs}: ${state.peer.name}`);
      results.push(await measureRestore(context, history, night, state));
    }
  }
  return results;
}

async function measureRestore(
  { workspace, dumpBytes }: BenchContext,
  history: HistoryStates,
  night: number,
  state: PeerState,
): Promise<RunResult> {
  const { peer, place } = state;
  const destination = workspace.inRun('restored');
  const original = history.original(night);
  const wish = { backups: history.nights + 1, ordinal: night, destination, original, file: DUMP };
  const step = requireStep(peer.restore(place, wish));
  await rm(destination, { recursive: true, force: true });
  await warm(peer.kind === 'copy' ? original : place.directory);
  await workspace.settle();
  await touchMemory(RUN_MEMORY * dumpBytes);

  const measured = await measureStep(step);

  await requireSameFiles(
    peer.restoredRoot(destination, workspace.source),
    { [DUMP]: history.digests[night] ?? '' },
    `${peer.name}, night ${night}`,
  );
  await rm(destination, { recursive: true });
  return { peer: peer.name, ...measured, addedBytes: null, repositoryBytes: null };
}
