// Repositories with a history: each program backs up every night of a dataset, one after the other. For the
// yardstick, the dumps of the nights to be restored are kept.
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { type BenchContext, statesOf } from '../bench-context.js';
import { DUMP } from '../data/bench-server.js';
import { type History, type Night, replayHistory } from '../data/history-dataset.js';
import type { PeerState } from './peer-state.js';
import { FLOOR, OURS } from '../peers/peer.js';

/**
 * Snapshots are at least a second apart. If nights came faster, a year of them would run ahead of the clock, and
 * a clock that seems five minutes behind is reported as a fault.
 */
const NIGHT_AT_LEAST_MS = 350;

export interface HistoryStates {
  /** Our program, the yardstick (which keeps nothing of its own) and the others chosen for histories. */
  readonly states: readonly PeerState[];
  readonly nights: number;
  readonly digests: readonly string[];
  /** The folder with the dump of a night that was asked for. */
  readonly original: (night: number) => string;
}

/**
 * Backs up all nights of `history` into fresh repositories.
 * @param originals the nights whose dumps are kept
 * @param onNight called after the backups of each night, while its dump and the one before exist
 */
export async function backUpHistory(
  context: BenchContext,
  history: History,
  originals: readonly number[],
  onNight: (night: Night, ours: PeerState) => Promise<void>,
): Promise<HistoryStates> {
  const { workspace, peers, historyPeers } = context;
  const names: readonly string[] = [OURS, FLOOR, ...historyPeers];
  const states = statesOf(
    context,
    peers.filter(({ name }) => names.includes(name)),
  );
  const builders = states.filter(({ peer }) => peer.kind === 'repository');
  const ours = builders.find(({ peer }) => peer.name === OURS);
  if (ours === undefined) throw new Error('a history needs our own repository');
  const original = (night: number): string => workspace.inRun('originals', String(night));

  // The states of other cases take space that may be needed.
  await workspace.clearRun();
  for (const state of builders) await state.createEmpty();
  await workspace.makeSource();
  const aside = workspace.inRun('aside');
  await mkdir(aside);
  const nights = history.digests.length - 1;
  await replayHistory(history, workspace.source, aside, async (night) => {
    context.say(`backing up night ${night.number} of ${nights}`);
    const pause = delay(NIGHT_AT_LEAST_MS);
    const source = { directory: workspace.source, file: DUMP, ordinal: night.number };
    await Promise.all(builders.map(async (state) => state.backUp(source)));
    await onNight(night, ours);
    if (originals.includes(night.number)) {
      await mkdir(original(night.number), { recursive: true });
      await copyFile(night.dump, path.join(original(night.number), DUMP));
    }
    await pause;
  });
  await workspace.returnSource();
  return { states, nights, digests: history.digests, original };
}
