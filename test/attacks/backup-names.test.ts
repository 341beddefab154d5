// Backups of a SOURCE whose name itself belongs to somebody else, whose files become FIFOs, or that is watched for
// a long time: nothing of root's is read, and no run hangs.
import test from 'ava';
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { Arena, filesWith } from '../support/attacks/arena.js';
import { Attacker } from '../support/attacks/attacker.js';
import { SHARE_MS, fight } from '../support/attacks/duel.js';
import { copyNaively } from '../support/attacks/naive-victims.js';
import { runAsProcess } from '../support/attacks/program.js';
import { smallRepository } from '../support/attacks/small-repository.js';
import { WatchProcess } from '../support/program/watch-process.js';

test.serial(
  'SOURCE that is exchanged in its parent folder for a link is not followed',
  async (t) => {
    await fight(t, {
      setUp: async (arena) => {
        fs.cpSync(await smallRepository(arena), path.join(arena.own, 'repository'), {
          recursive: true,
        });
        for (const name of ['one', 'shadow', 'sub/shadow']) arena.file(`source/${name}`, 'mine');
        arena.link('link', arena.secret);
      },
      attack: (arena) => ({
        name: 'exchange',
        args: ['1', `${arena.at('source')}=${arena.at('link')}`],
      }),
      naive: (arena) => copyNaively(arena.at('source'), path.join(arena.own, 'copy')),
      commandLine: (arena) => [
        'backup',
        '--no-examine',
        arena.at('source'),
        `${arena.own}/repository`,
      ],
      signsOfWinning: (arena) => filesWith(arena.token, arena.own),
    });
  },
);

test.serial(
  'a path of --also that is exchanged for a link is not followed to what is root’s',
  async (t) => {
    await fight(t, {
      setUp: (arena) => {
        arena.file('source/dump.rdb', 'mine');
        for (const name of ['shadow', 'sub/shadow']) arena.file(`also/${name}`, 'mine');
        arena.file('conf', 'mine');
        arena.link('folder-link', arena.secret);
        arena.link('file-link', path.join(arena.secret, 'shadow'));
      },
      attack: (arena) => ({
        name: 'exchange',
        args: [
          '0',
          `${arena.at('also')}=${arena.at('folder-link')}`,
          `${arena.at('conf')}=${arena.at('file-link')}`,
        ],
      }),
      naive: (arena) => {
        copyNaively(arena.at('also'), path.join(arena.own, 'copy'));
        copyNaively(arena.at('conf'), path.join(arena.own, 'conf'));
      },
      commandLine: (arena) => [
        'backup',
        '--also',
        arena.at('also'),
        '--also',
        arena.at('conf'),
        arena.at('source'),
        `${arena.own}/repository`,
      ],
      signsOfWinning: (arena) => filesWith(arena.token, arena.own),
    });
  },
);

const FILES = ['one', 'two', 'three', 'four'];

test.serial('a file of SOURCE that is exchanged for a FIFO hangs no backup', async (t) => {
  // A run of the program that hangs ends the test, too late and with a failure.
  let isHanging = false;
  await fight(t, {
    setUp: (arena) => {
      isHanging = false;
      for (const name of FILES) {
        arena.file(`source/${name}`, 'mine');
        arena.folder('fifos');
        execFileSync('mkfifo', [arena.at('fifos', name)]);
      }
      arena.give(arena.at('fifos'));
    },
    attack: (arena) => ({
      name: 'exchange',
      args: ['0', ...FILES.map((name) => `${arena.at('source', name)}=${arena.at('fifos', name)}`)],
    }),
    naive: (arena) => {
      const files = FILES.map((name) => arena.at('source', name));
      const { signal } = spawnSync('cat', files, { stdio: 'ignore', timeout: 500 });
      isHanging = signal !== null;
    },
    commandLine: (arena) => ['backup', arena.at('source'), `${arena.own}/repository`],
    signsOfWinning: () => (isHanging ? ['it hangs'] : []),
  });
});

const SNAPSHOTS = 6;

test.serial(
  'watch reads nothing of root’s through folders that are exchanged for links',
  async (t) => {
    t.timeout(SHARE_MS * 10 + 240_000);
    const arena = await Arena.create(t);
    const repository = path.join(arena.own, 'repository');
    arena.file('source/dump.rdb', 'mine');
    const pairs = ['a', 'b', 'c', 'e'].map((name) => {
      arena.file(`source/${name}/shadow`, 'mine');
      return `${arena.at('source', name)}=${arena.link(`links/${name}`, arena.secret)}`;
    });
    const line = [arena.at('source'), repository];
    const { code, stderr } = await runAsProcess(['backup', '--no-examine', ...line]);
    t.is(code, 0, stderr);
    const attack = { name: 'exchange', args: ['0', ...pairs] };
    const attacker = await Attacker.start(attack, arena.attacker);
    t.teardown(() => attacker.kill());

    const copy = path.join(arena.own, 'copy');
    for (let runs = 0; runs < 20_000 && filesWith(arena.token, copy).length === 0; runs += 1) {
      copyNaively(arena.at('source'), copy);
    }
    t.not(filesWith(arena.token, copy).length, 0, 'the attack itself no longer works');

    const watch = new WatchProcess(t, '--debounce', '1s', '--no-examine', ...line);
    await watch.until('watching');
    for (let count = 1; count <= SNAPSHOTS; count += 1) {
      arena.file('draft', `dump ${count}`);
      fs.renameSync(arena.at('draft'), arena.at('source/dump.rdb'));
      await watch.until('snapshot', count);
      t.deepEqual(filesWith(arena.token, repository), [], `snapshot ${count}`);
    }
    t.is(await watch.end(), 0);
    const tries = await attacker.stop();
    t.true(tries > 1000, `${tries} tries`);
  },
);
