// Restores to a folder whose owner takes away what the restore makes there, and plants links to a folder of root's
// in its place: nothing in that folder is made, replaced, deleted, or given another owner, mode or time.
import test from 'ava';
import { type Arena } from '../support/attacks/arena.js';
import type { AttackProgram } from '../support/attacks/attacker.js';
import { type Duel, fight } from '../support/attacks/duel.js';
import { restoreNaively } from '../support/attacks/naive-victims.js';
import {
  LARGE_FILE,
  SMALL_FILES,
  SMALL_FOLDERS,
  smallRepository,
} from '../support/attacks/small-repository.js';

/** Watches a folder of the playground for the work folder, and for other folders below it. */
function planted(arena: Arena, folder: string, appears: readonly string[]): AttackProgram {
  const paths = appears.map((name) => arena.at(folder, name));
  return { name: 'plant', args: [arena.at(folder), arena.secret, ...paths] };
}

function duelOfWriting(parts: Omit<Duel, 'signsOfWinning'>): Duel {
  return { signsOfWinning: async (arena) => arena.harm(), ...parts };
}

const NEW: Pick<Duel, 'setUp' | 'attack' | 'naive'> = {
  setUp: async (arena) => {
    await smallRepository(arena);
  },
  attack: (arena) => planted(arena, '.', []),
  naive: (arena) =>
    restoreNaively({
      parent: arena.playground,
      folders: SMALL_FOLDERS,
      files: SMALL_FILES,
      into: null,
    }),
};

test.serial('a restore to a new folder writes through no planted link', async (t) => {
  const duel = {
    ...NEW,
    commandLine: (arena: Arena) => ['restore', `${arena.kept}/repository`, arena.at('new')],
  };
  await fight(t, duelOfWriting(duel));
});

test.serial('a restore with --chown gives nothing of root’s away', async (t) => {
  const duel = {
    ...NEW,
    commandLine: (arena: Arena) => [
      'restore',
      '--chown',
      'nobody:nogroup',
      `${arena.kept}/repository`,
      arena.at('new'),
    ],
  };
  await fight(t, duelOfWriting(duel));
});

const EXISTING: Pick<Duel, 'setUp' | 'attack' | 'naive'> = {
  setUp: async (arena) => {
    await smallRepository(arena);
    arena.folder('there');
  },
  attack: (arena) => planted(arena, 'there', SMALL_FOLDERS),
  naive: (arena) =>
    restoreNaively({
      parent: arena.at('there'),
      folders: SMALL_FOLDERS,
      files: SMALL_FILES,
      into: arena.at('there'),
    }),
};

test.serial('a restore into an empty folder writes through no planted link', async (t) => {
  const duel = {
    ...EXISTING,
    commandLine: (arena: Arena) => ['restore', `${arena.kept}/repository`, arena.at('there')],
  };
  await fight(t, duelOfWriting(duel));
});

test.serial(
  'a restore with --force into folders that are exchanged for links follows none',
  async (t) => {
    const duel: Omit<Duel, 'signsOfWinning'> = {
      ...EXISTING,
      setUp: async (arena) => {
        await smallRepository(arena);
        for (const name of SMALL_FILES) arena.file(`there/${name}`, 'mine');
        arena.link('link', `${arena.secret}/sub`);
      },
      attack: (arena) => ({
        name: 'exchange',
        args: ['2', `${arena.at('there/sub')}=${arena.at('link')}`],
      }),
      commandLine: (arena: Arena) => [
        'restore',
        '--force',
        `${arena.kept}/repository`,
        arena.at('there'),
      ],
    };
    await fight(t, duelOfWriting(duel));
  },
);

test.serial('a restore of one file over another writes through no planted link', async (t) => {
  const duel: Omit<Duel, 'signsOfWinning'> = {
    ...NEW,
    setUp: async (arena) => {
      await smallRepository(arena);
      arena.file('one', 'mine');
    },
    naive: (arena) =>
      restoreNaively({
        parent: arena.playground,
        folders: [],
        files: ['one'],
        into: arena.playground,
      }),
    commandLine: (arena: Arena) => [
      'restore',
      '--force',
      `${arena.kept}/repository/${LARGE_FILE}`,
      arena.at('one'),
    ],
  };
  await fight(t, duelOfWriting(duel));
});

test.serial(
  'a restore below missing folders makes none of them in a folder of root’s',
  async (t) => {
    const duel: Omit<Duel, 'signsOfWinning'> = {
      setUp: async (arena) => {
        await smallRepository(arena);
        arena.link('link', arena.secret);
      },
      // There is nothing to exchange until the restore makes a folder.
      attack: (arena) => ({
        name: 'exchange',
        args: ['0', `${arena.at('one')}=${arena.at('link')}`],
      }),
      naive: (arena) =>
        restoreNaively({
          parent: arena.playground,
          folders: ['one', 'one/two'],
          files: ['one/two/three'],
          into: arena.playground,
        }),
      commandLine: (arena: Arena) => [
        'restore',
        `${arena.kept}/repository/dump.rdb`,
        arena.at('one/two/three'),
      ],
    };
    await fight(t, duelOfWriting(duel));
  },
);
