// How removals are measured: the programs in turn, each from the same history. The files that a program reads are in the page
// cache, and nothing is left to be written to the disk. Then what has to be left is restored and compared.
import { rm } from 'node:fs/promises';

import type { BenchContext } from '../bench-context.js';
import { measureStep } from '../commands/measure-process.js';
import { runQuietly } from '../commands/run-quietly.js';
import { DUMP } from '../data/bench-server.js';
import { requireSameFiles } from '../data/file-digest.js';
import { treeBytes, warm } from '../file-tree.js';
import { OURS, type RemovalWish, repositoryOf, requireStep } from '../peers/peer.js';
import type { RunResult } from '../report/results.js';
import type { HistoryStates } from './history-states.js';
import type { PeerState } from './peer-state.js';
import { RUN_MEMORY, touchMemory } from './present-memory.js';

/** The name (in PeerState) of the state before a removal. */
const HISTORY = 'history';

/** Afterwards our repository is left as the last removal has made it. */
export async function measureRemovals(
  context: BenchContext,
  history: HistoryStates,
  wish: RemovalWish,
): Promise<RunResult[]> {
  const states = history.states.filter(({ peer }) => peer.removal !== undefined);
  for (const state of states) await state.keepAs(HISTORY);
  const results: RunResult[] = [];
  for (let round = 1; round <= context.runs; round += 1) {
    for (const state of states) {
      context.say(`run ${round} of ${context.runs}: ${state.peer.name}`);
      results.push(await measureRemoval(context, state, wish));
      if (round === 1) await requireLeft(context, history, state, wish);
      if (state.peer.name !== OURS || round < context.runs) await state.remove();
    }
  }
  return results;
}

async function measureRemoval(
  { workspace, dumpBytes }: BenchContext,
  state: PeerState,
  wish: RemovalWish,
): Promise<RunResult> {
  const { peer, place } = state;
  if (peer.removal === undefined) throw new Error(`${peer.name} removes nothing`);
  await state.setBackTo(HISTORY);
  const bytesBefore = await treeBytes(repositoryOf(place));
  await warm(place.directory);
  await workspace.settle();
  await touchMemory(RUN_MEMORY * dumpBytes);

  const measured = await measureStep(peer.removal.remove(place, wish));

  const repositoryBytes = await treeBytes(repositoryOf(place));
  return {
    peer: peer.name,
    ...measured,
    addedBytes: repositoryBytes - bytesBefore,
    repositoryBytes,
  };
}

/** Restores what has to be left: everything of ours, and the oldest of other programs. */
async function requireLeft(
  context: BenchContext,
  { digests }: HistoryStates,
  { peer, place }: PeerState,
  wish: RemovalWish,
): Promise<void> {
  const { workspace } = context;
  const destination = workspace.inRun('check');
  const isOldestOnly = peer.removal?.kind === 'oldest';
  const left = isOldestOnly ? [digests.length - wish.kept.length] : wish.kept;
  for (const [index, night] of (peer.name === OURS ? left : left.slice(0, 1)).entries()) {
    context.say(`${peer.name}: comparing night ${night}`);
    // Those that know a backup by its place count what is left; the others know it by its name.
    const ordinal = peer.name === OURS ? index : night;
    const backups = peer.name === OURS ? wish.kept.length : digests.length;
    const restore = peer.restore(place, {
      backups,
      ordinal,
      destination,
      original: workspace.source,
      file: DUMP,
    });
    await runQuietly(requireStep(restore));
    await requireSameFiles(
      peer.restoredRoot(destination, workspace.source),
      { [DUMP]: digests[night] ?? '' },
      `${peer.name}, night ${night}, after a removal`,
    );
    await rm(destination, { recursive: true });
  }
}
