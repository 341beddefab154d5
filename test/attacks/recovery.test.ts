// Recovers the data directory of somebody who exchanges it, and what the recovery makes beside it, for links to a folder of
// root's: nothing in that folder is made, replaced, deleted, or given another owner, mode or time.
import * as fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type { Arena } from '../support/attacks/arena.js';
import { type Duel, fight } from '../support/attacks/duel.js';
import { recoverNaively } from '../support/attacks/naive-victims.js';
import { runHere } from '../support/attacks/program.js';
import { writeRdb } from '../support/redis/data/rdb-writer.js';

/** So large that an attacker can come while it is being written. */
const VALUE_BYTES = 2_000_000;

/** A backup of a dump, made once, and copied for each run: a recovery writes its journal there. */
async function layRepository(arena: Arena): Promise<string> {
  const kept = path.join(arena.kept, 'repository');
  if (!fs.existsSync(kept)) {
    const value = { type: 'string', text: 'v'.repeat(VALUE_BYTES) } as const;
    const source = arena.folder('source');
    fs.writeFileSync(path.join(source, 'dump.rdb'), writeRdb([{ database: 0, key: 'old', value }]));
    const { code, stderr } = await runHere(['backup', source, kept]);
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    fs.rmSync(source, { recursive: true });
  }
  const repository = path.join(arena.own, 'repository');
  fs.cpSync(kept, repository, { recursive: true, preserveTimestamps: true });
  return repository;
}

const RECOVERY: Omit<Duel, 'attack'> = {
  setUp: async (arena) => {
    await layRepository(arena);
    arena.file('there/data/dump.rdb', 'newer');
    arena.file('there/data/nodes.conf', 'stays');
    arena.link('there/link', arena.secret);
  },
  naive: (arena) => recoverNaively(arena.at('there/data'), arena.attacker),
  commandLine: (arena) => [
    'recover',
    '--yes',
    '-r',
    'now',
    path.join(arena.own, 'repository'),
    '--data-dir',
    arena.at('there/data'),
    '--chown',
    `${arena.attacker.uid}:${arena.attacker.gid}`,
  ],
  signsOfWinning: async (arena) => arena.harm(),
  // Each makes sure for some seconds that no server comes back.
  leastRuns: 8,
};

test.serial('a recovery into a directory that is exchanged for a link follows none', async (t) => {
  await fight(t, {
    ...RECOVERY,
    attack: (arena) => ({
      name: 'exchange',
      args: ['2', `${arena.at('there/data')}=${arena.at('there/link')}`],
    }),
  });
});

test.serial('a recovery below a folder that is exchanged for a link follows none', async (t) => {
  await fight(t, {
    ...RECOVERY,
    setUp: async (arena) => {
      await RECOVERY.setUp(arena);
      fs.mkdirSync(path.join(arena.secret, 'data'));
      fs.writeFileSync(path.join(arena.secret, 'data/dump.rdb'), 'root’s', { mode: 0o600 });
      await arena.remember();
      arena.link('link', arena.secret);
    },
    attack: (arena) => ({
      name: 'exchange',
      args: ['2', `${arena.at('there')}=${arena.at('link')}`],
    }),
  });
});

test.serial('a recovery moves nothing through a link in the place of its folder', async (t) => {
  await fight(t, {
    ...RECOVERY,
    attack: (arena) => ({ name: 'aside', args: [arena.at('there'), arena.secret] }),
  });
});
