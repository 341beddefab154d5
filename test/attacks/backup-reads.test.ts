// Backups of a SOURCE whose owner exchanges what is in it, all the time, for links to a folder of root's: nothing of
// that folder, not even a name, comes into the repository.
import test from 'ava';
import * as fs from 'node:fs';
import path from 'node:path';
import { type Arena, DEEP, filesWith } from '../support/attacks/arena.js';
import { type Duel, fight } from '../support/attacks/duel.js';
import { copyNaively } from '../support/attacks/naive-victims.js';

const SOURCE = 'source';

function copies(arena: Arena): { readonly repository: string; readonly copy: string } {
  return { repository: path.join(arena.own, 'repository'), copy: path.join(arena.own, 'copy') };
}

/** Whether anything in root's own folder tells the secret. */
function readings(arena: Arena): string[] {
  return filesWith(arena.token, arena.own);
}

/** A backup of SOURCE against a copy of SOURCE. */
function duelOfReading(
  parts: Pick<Duel, 'setUp' | 'attack'> & Partial<Pick<Duel, 'commandLine' | 'naive'>>,
): Duel {
  return {
    naive: (arena) => copyNaively(arena.at(SOURCE), copies(arena).copy),
    commandLine: (arena) => ['backup', '--no-examine', arena.at(SOURCE), copies(arena).repository],
    signsOfWinning: readings,
    ...parts,
  };
}

function exchanged(arena: Arena, pairs: readonly (readonly [string, string])[]) {
  const args = pairs.map(([one, other]) => `${arena.at(one)}=${arena.at(other)}`);
  return { name: 'exchange', args: ['0', ...args] };
}

const FOLDERS = ['a', 'b', 'c', 'e'];

test.serial('a folder of SOURCE that is exchanged for a link is not followed', async (t) => {
  await fight(
    t,
    duelOfReading({
      setUp: (arena) => {
        arena.file(`${SOURCE}/dump.rdb`, 'mine');
        for (const name of FOLDERS) {
          arena.file(`${SOURCE}/${name}/shadow`, 'mine');
          arena.file(`${SOURCE}/${name}/sub/shadow`, 'mine');
          arena.link(`links/${name}`, arena.secret);
        }
      },
      attack: (arena) =>
        exchanged(
          arena,
          FOLDERS.map((name) => [`${SOURCE}/${name}`, `links/${name}`]),
        ),
    }),
  );
});

test.serial('a folder at any depth that is exchanged for a link is not followed', async (t) => {
  const depths = Array.from({ length: DEEP - 1 }, (_, index) => index + 1);
  const at = (depth: number): string => `${SOURCE}/${'d/'.repeat(depth)}`.slice(0, -1);
  await fight(
    t,
    duelOfReading({
      setUp: (arena) => {
        for (const depth of depths) {
          arena.file(`${at(depth)}/shadow`, 'mine');
          arena.link(`links/${depth}`, arena.secret);
        }
      },
      // The deepest first: above a link there is nothing to exchange.
      attack: (arena) =>
        exchanged(
          arena,
          depths.toReversed().map((depth) => [at(depth), `links/${depth}`]),
        ),
    }),
  );
});

test.serial('a file of SOURCE that is exchanged for a link is not followed', async (t) => {
  await fight(
    t,
    duelOfReading({
      setUp: (arena) => {
        for (const name of FOLDERS) {
          arena.file(`${SOURCE}/${name}`, 'mine');
          arena.link(`links/${name}`, path.join(arena.secret, 'shadow'));
        }
      },
      attack: (arena) =>
        exchanged(
          arena,
          FOLDERS.map((name) => [`${SOURCE}/${name}`, `links/${name}`]),
        ),
    }),
  );
});

test.serial("a file that is exchanged for another name of root's file is not read", async (t) => {
  await fight(
    t,
    duelOfReading({
      setUp: (arena) => {
        for (const name of FOLDERS) {
          arena.file(`${SOURCE}/${name}`, 'mine');
          arena.folder('links');
          // As any user may where fs.protected_hardlinks is 0.
          fs.linkSync(path.join(arena.secret, name), arena.at('links', name));
        }
      },
      attack: (arena) =>
        exchanged(
          arena,
          FOLDERS.map((name) => [`${SOURCE}/${name}`, `links/${name}`]),
        ),
    }),
  );
});

test.serial(
  'a folder below a path of --also that is exchanged for a link is not followed',
  async (t) => {
    await fight(
      t,
      duelOfReading({
        setUp: (arena) => {
          arena.file(`${SOURCE}/dump.rdb`, 'mine');
          for (const name of FOLDERS) {
            arena.file(`also/${name}/shadow`, 'mine');
            arena.link(`links/${name}`, arena.secret);
          }
        },
        attack: (arena) =>
          exchanged(
            arena,
            FOLDERS.map((name) => [`also/${name}`, `links/${name}`]),
          ),
        naive: (arena) => copyNaively(arena.at('also'), copies(arena).copy),
        commandLine: (arena) => [
          'backup',
          '--no-examine',
          '--also',
          arena.at('also'),
          arena.at(SOURCE),
          copies(arena).repository,
        ],
      }),
    );
  },
);
