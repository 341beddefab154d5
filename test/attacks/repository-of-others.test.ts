// A repository that belongs to somebody else, or stands in a folder of theirs: root repairs, verifies, reads or
// writes it while its folders are exchanged for links to a folder of root's.
import test from 'ava';
import * as fs from 'node:fs';
import path from 'node:path';
import type { Arena } from '../support/attacks/arena.js';
import type { AttackProgram } from '../support/attacks/attacker.js';
import { type Duel, fight } from '../support/attacks/duel.js';
import { copyNaively, ownNaively } from '../support/attacks/naive-victims.js';
import { LARGE_FILE, smallRepository } from '../support/attacks/small-repository.js';

const REPOSITORY = 'repository';
const DATA = `${REPOSITORY}/redis-rewind-data`;

/** Copies the small repository into the playground, as `scp -r` of the attacker's would. */
async function bring(arena: Arena, name = REPOSITORY): Promise<string> {
  const repository = arena.at(name);
  fs.cpSync(await smallRepository(arena), repository, { recursive: true });
  arena.give(repository);
  return repository;
}

/** So that a repair sets metadata, and puts a file back. */
function damage(repository: string): void {
  for (const name of ['sub', 'sub/one', 'sub/deep', 'sub/deep/two']) {
    fs.chmodSync(path.join(repository, name), 0o700);
  }
  fs.writeFileSync(path.join(repository, 'dump.rdb'), 'damaged');
}

function exchanged(
  arena: Arena,
  pauseMs: number,
  pairs: readonly [string, string][],
): AttackProgram {
  const args = pairs.map(([one, other]) => `${arena.at(one)}=${arena.at(other)}`);
  return { name: 'exchange', args: [String(pauseMs), ...args] };
}

const harm: Duel['signsOfWinning'] = async (arena) => arena.harm();

/** A repair of the repository, while one folder of it is exchanged. */
function duelOfRepair(folder: string, target: string): Duel {
  return {
    setUp: async (arena) => {
      damage(await bring(arena));
      arena.folder(folder);
      arena.link('link', path.join(arena.secret, target));
    },
    attack: (arena) => exchanged(arena, 1, [[folder, 'link']]),
    naive: async (arena) => {
      await ownNaively(arena.at(REPOSITORY), 0, 0);
      copyNaively(arena.at(REPOSITORY, 'sub'), arena.at(folder));
    },
    commandLine: (arena) => ['verify', '--repair', arena.at(REPOSITORY)],
    signsOfWinning: harm,
  };
}

for (const [folder, target] of [
  [`${REPOSITORY}/sub`, 'sub'],
  [`${DATA}/kept`, ''],
  [`${DATA}/staging`, ''],
  [`${DATA}/staging/new`, ''],
] as const) {
  test.serial(
    `a repair while '${folder}' is exchanged for a link changes nothing outside`,
    async (t) => {
      await fight(t, duelOfRepair(folder, target));
    },
  );
}

test.serial(
  'a repair sets no owner and mode of a file that has another name outside',
  async (t) => {
    const known = (arena: Arena): string => path.join(arena.secret, 'known');
    await fight(t, {
      ...duelOfRepair(`${REPOSITORY}/${LARGE_FILE}`, ''),
      setUp: async (arena) => {
        const repository = await bring(arena);
        damage(repository);
        // A file of root's whose content is known, such as a program. Any user may give it another name where
        // fs.protected_hardlinks is 0.
        fs.copyFileSync(path.join(repository, LARGE_FILE), known(arena));
        fs.chmodSync(known(arena), 0o700);
        fs.linkSync(known(arena), arena.at('link'));
        await arena.remember();
      },
      // Times are set by the name (docs/security.md, "What does not hold").
      signsOfWinning: async (arena) =>
        (await arena.harm()).filter((sign) => !sign.startsWith('known: mtimeNs')),
    });
  },
);

test.serial(
  "a repair while the repository's own folder is exchanged changes nothing outside",
  async (t) => {
    const duel = duelOfRepair(DATA, '');
    await fight(t, {
      ...duel,
      setUp: async (arena) => {
        damage(await bring(arena));
        const other = await bring(arena, 'other');
        for (const name of ['staging/new', 'staging/old', 'increments']) {
          fs.rmSync(path.join(other, 'redis-rewind-data', name), { recursive: true });
          arena.link(`other/redis-rewind-data/${name}`, arena.secret);
        }
        arena.link('other/redis-rewind-data/kept', arena.secret);
      },
      attack: (arena) => exchanged(arena, 1, [[DATA, 'other/redis-rewind-data']]),
      naive: (arena) => copyNaively(arena.at(REPOSITORY, 'sub'), arena.at(DATA, 'staging/new')),
    });
  },
);

test.serial(
  'a backup to a repository that is exchanged in its parent folder changes nothing outside',
  async (t) => {
    await fight(t, {
      setUp: async (arena) => {
        const repository = arena.at(REPOSITORY);
        fs.cpSync(await smallRepository(arena), repository, { recursive: true });
        const source = path.join(arena.own, 'source');
        for (const name of ['sub/one', 'sub/deep/two', 'new/file', 'dump.rdb']) {
          fs.mkdirSync(path.dirname(path.join(source, name)), { recursive: true });
          fs.writeFileSync(path.join(source, name), `changed ${name}`.repeat(1000));
        }
        const other = await bring(arena, 'other');
        for (const name of ['staging/new', 'increments']) {
          fs.rmSync(path.join(other, 'redis-rewind-data', name), { recursive: true });
          arena.link(`other/redis-rewind-data/${name}`, arena.secret);
        }
        fs.rmSync(path.join(other, 'sub'), { recursive: true });
        arena.link('other/sub', path.join(arena.secret, 'sub'));
      },
      attack: (arena) => exchanged(arena, 2, [[REPOSITORY, 'other']]),
      naive: (arena) => copyNaively(path.join(arena.own, 'source'), arena.at(REPOSITORY)),
      commandLine: (arena) => [
        'backup',
        '--force',
        '--no-examine',
        path.join(arena.own, 'source'),
        arena.at(REPOSITORY),
      ],
      signsOfWinning: harm,
    });
  },
);
