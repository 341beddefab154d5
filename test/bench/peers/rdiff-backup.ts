// rdiff-backup 2.2 or later, with the command line of those versions and its defaults.
import { type Peer, repositoryOf } from './peer.js';

export const rdiffBackup: Peer = {
  name: 'rdiff-backup',
  versionStep: { command: 'rdiff-backup', args: ['--version'] },
  versionPattern: /(\S+)$/m,
  kind: 'repository',
  hasMirror: true,
  create: () => [],
  backup: (place, { directory }) => ({
    command: 'rdiff-backup',
    args: ['--new', 'backup', directory, repositoryOf(place)],
  }),
  restore: (place, { backups, ordinal, destination }) => ({
    command: 'rdiff-backup',
    args: [
      '--new',
      'restore',
      '--at',
      `${backups - 1 - ordinal}B`,
      repositoryOf(place),
      destination,
    ],
  }),
  restoredRoot: (destination) => destination,
  removal: {
    kind: 'oldest',
    remove: (place, { kept }) => ({
      command: 'rdiff-backup',
      args: [
        '--new',
        '--force',
        'remove',
        'increments',
        '--older-than',
        `${kept.length - 1}B`,
        repositoryOf(place),
      ],
    }),
  },
};
