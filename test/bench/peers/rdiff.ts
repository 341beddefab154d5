// rdiff, the program of librsync. It makes no backups, only the reverse delta that a backup would keep, from
// a signature. It needs the last version, which is the file `previous`.
import path from 'node:path';

import { type Peer, repositoryOf, shell } from './peer.js';

export const rdiff: Peer = {
  name: 'rdiff',
  versionStep: { command: 'rdiff', args: ['--version'] },
  versionPattern: /librsync ([0-9.]+)/,
  kind: 'delta',
  hasMirror: false,
  create: () => [],
  backup: (place, { directory, file, ordinal }) => {
    const newest = path.join(directory, file);
    const previous = path.join(place.directory, 'previous');
    const line = ordinal === 0 ? 'cp -p "$1" "$2" && mkdir "$3"' : SIGNATURE_AND_DELTA;
    return shell(line, newest, previous, repositoryOf(place), place.directory);
  },
  restore: () => null,
  restoredRoot: (destination) => destination,
};

const SIGNATURE_AND_DELTA =
  'rdiff signature "$1" "$4/signature" && rdiff delta "$4/signature" "$2" "$3/delta"';
