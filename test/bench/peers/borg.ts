// borg with a local repository, without encryption, with its default compression lz4. Its cache and
// configuration are kept beside its repository.
import path from 'node:path';

import type { Step } from '../commands/measure-process.js';
import { type Peer, type PeerPlace, repositoryOf } from './peer.js';

export const borg: Peer = {
  name: 'borg',
  versionStep: { command: 'borg', args: ['--version'] },
  versionPattern: /(\S+)$/m,
  kind: 'repository',
  hasMirror: false,
  create: (place) => [command(place, 'init', '--encryption', 'none', repositoryOf(place))],
  backup: (place, { directory, ordinal }) =>
    command(place, 'create', '--compression', 'lz4', archive(place, ordinal), directory),
  restore: (place, { ordinal, destination }) => {
    const { env } = command(place);
    const line = 'mkdir "$1" && cd "$1" && exec borg extract "$2"';
    const args = ['-ec', line, 'sh', destination, archive(place, ordinal)];
    return { command: 'sh', args, ...(env === undefined ? {} : { env }) };
  },
  restoredRoot: (destination, source) => path.join(destination, source),
  removal: {
    kind: 'named',
    remove: (place, { removed }) => {
      const { env } = command(place);
      const line = 'borg delete "$@" && exec borg compact "$1"';
      const args = ['-ec', line, 'sh', repositoryOf(place), ...removed.map(archiveName)];
      return { command: 'sh', args, ...(env === undefined ? {} : { env }) };
    },
  },
};

function command(place: PeerPlace, ...args: readonly string[]): Step {
  return {
    command: 'borg',
    args,
    env: {
      BORG_BASE_DIR: path.join(place.directory, 'home'),
      BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
    },
  };
}

function archive(place: PeerPlace, ordinal: number): string {
  return `${repositoryOf(place)}::${archiveName(ordinal)}`;
}

function archiveName(ordinal: number): string {
  return `night-${ordinal}`;
}
