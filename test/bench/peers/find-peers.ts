// The programs that are installed on this machine, in the order in which they are shown.
import { runQuietly } from '../commands/run-quietly.js';
import { borg } from './borg.js';
import { copy } from './copy.js';
import type { Peer, PeerName } from './peer.js';
import { rdiffBackup } from './rdiff-backup.js';
import { rdiff } from './rdiff.js';
import { redisRewind } from './redis-rewind.js';
import { restic } from './restic.js';

/** Our program and the yardstick come first. They always take part. */
const ALWAYS: readonly Peer[] = [redisRewind, copy];
const CHOSEN: readonly Peer[] = [rdiffBackup, restic, borg, rdiff];

export const CHOOSABLE_PEERS: readonly PeerName[] = [...ALWAYS, ...CHOSEN].map(({ name }) => name);

export interface FoundPeer {
  readonly peer: Peer;
  readonly version: string;
}

/** The programs of `names` that are installed, with their versions. Our program and cp are always included. */
export async function findPeers(names: readonly string[]): Promise<FoundPeer[]> {
  const wanted = [...ALWAYS, ...CHOSEN.filter(({ name }) => names.includes(name))];
  const found: FoundPeer[] = [];
  for (const peer of wanted) {
    const answer = await runQuietly(peer.versionStep).catch(() => null);
    if (answer === null) continue;
    found.push({ peer, version: peer.versionPattern.exec(answer.trim())?.[1] ?? 'unknown' });
  }
  return found;
}
