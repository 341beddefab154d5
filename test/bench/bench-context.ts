// What every case of the benchmark gets.
import type { DatasetPlace } from './data/dataset-place.js';
import { PeerState } from './measure/peer-state.js';
import type { Peer } from './peers/peer.js';
import type { Workspace } from './workspace.js';

export interface BenchContext {
  readonly workspace: Workspace;
  readonly peers: readonly Peer[];
  /** The programs, beside ours and the yardstick, that long histories are built for. */
  readonly historyPeers: readonly string[];
  readonly runs: number;
  /** Of the year. */
  readonly nights: number;
  readonly seed: number;
  /** The size that was asked for, and the folder of its datasets. */
  readonly dumpBytes: number;
  readonly place: DatasetPlace;
  /** Reports progress on stderr. */
  readonly say: (text: string) => void;
}

export function statesOf(context: BenchContext, peers: readonly Peer[]): PeerState[] {
  return peers.map((peer) => new PeerState(context.workspace, peer));
}
