// The program of this project, run as from a crontab.
import { mainScript } from '../../support/program/project-paths.js';
import type { Step } from '../commands/measure-process.js';
import { OURS, type Peer, UNEXAMINED, repositoryOf } from './peer.js';
import { toRanges } from './ranges.js';

export const redisRewind: Peer = {
  name: OURS,
  versionStep: command('--version'),
  versionPattern: /(\S+)\s*$/,
  kind: 'repository',
  hasMirror: true,
  create: () => [],
  backup: (place, source) => command('backup', source.directory, repositoryOf(place)),
  restore: (place, { backups, ordinal, destination }) =>
    command('restore', '-r', `${backups - 1 - ordinal}B`, repositoryOf(place), destination),
  restoredRoot: (destination) => destination,
  removal: {
    kind: 'named',
    // The first snapshot has number 1.
    remove: (place, { removed }) => {
      const ranges = toRanges(removed.map((ordinal) => ordinal + 1));
      const named = ranges.flatMap((range) => ['--snapshot', range]);
      return command('remove', ...named, repositoryOf(place));
    },
  },
};

/** The same without examining dumps, which shows what the examination costs. */
export const unexamined: Peer = {
  ...redisRewind,
  name: UNEXAMINED,
  backup: (place, source) =>
    command('backup', '--no-examine', source.directory, repositoryOf(place)),
};

function command(...args: readonly string[]): Step {
  return { command: process.execPath, args: [mainScript, ...args] };
}
