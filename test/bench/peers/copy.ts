// The yardstick: `cp -p`, and fsync of the file and its folder. Its restore copies the original.
import { FLOOR, type Peer, repositoryOf, shell } from './peer.js';

export const copy: Peer = {
  name: FLOOR,
  versionStep: { command: 'cp', args: ['--version'] },
  versionPattern: /(\S+)$/m,
  kind: 'copy',
  hasMirror: false,
  create: () => [],
  backup: (place, { directory, file }) =>
    shell(COPY_AND_SYNC, directory, repositoryOf(place), file),
  restore: (_place, { original, destination, file }) =>
    shell(COPY_AND_SYNC, original, destination, file),
  restoredRoot: (destination) => destination,
};

const COPY_AND_SYNC = 'cp -pR "$1" "$2" && sync "$2/$3" "$2"';
