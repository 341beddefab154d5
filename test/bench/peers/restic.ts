// restic with a local repository and its defaults. Its encryption cannot be switched off. Its cache is kept
// beside its repository.
import path from 'node:path';

import type { Step } from '../commands/measure-process.js';
import { type Peer, type PeerPlace, repositoryOf } from './peer.js';

export const restic: Peer = {
  name: 'restic',
  versionStep: { command: 'restic', args: ['version'] },
  versionPattern: /^restic (\S+)/,
  kind: 'repository',
  hasMirror: false,
  create: (place) => [command(place, 'init')],
  backup: (place, { directory, ordinal }) =>
    command(place, 'backup', '--tag', tag(ordinal), directory),
  restore: (place, { ordinal, destination }) =>
    command(place, 'restore', 'latest', '--tag', tag(ordinal), '--target', destination),
  restoredRoot: (destination, source) => path.join(destination, source),
  removal: {
    kind: 'named',
    remove: (place, { kept }) => {
      const named = kept.flatMap((ordinal) => ['--keep-tag', tag(ordinal)]);
      return command(place, 'forget', '--prune', ...named);
    },
  },
};

function command(place: PeerPlace, ...args: readonly string[]): Step {
  return {
    command: 'restic',
    args: ['--quiet', '--repo', repositoryOf(place), ...args],
    env: {
      RESTIC_PASSWORD: 'benchmark',
      RESTIC_CACHE_DIR: path.join(place.directory, 'cache'),
    },
  };
}

function tag(ordinal: number): string {
  return `night-${ordinal}`;
}
