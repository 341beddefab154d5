// A backup of a server that is hostile: it names files outside its directory, and exchanges its dump and its
// directory for links. Root reads nothing that is not the server's, and deletes nothing of root's.
import test from 'ava';
import { Redis } from 'ioredis';
import * as fs from 'node:fs';
import path from 'node:path';
import { WHOLE_SECOND, filesWith } from '../support/attacks/arena.js';
import { type Duel, fight } from '../support/attacks/duel.js';
import { copyNaively } from '../support/attacks/naive-victims.js';

/** The server's directory, in a folder of the server's. */
const DATA = 'home/data';

function duelWithServer(how: string): Duel {
  let port = '';
  return {
    setUp: (arena) => {
      arena.folder(`${DATA}/sub`);
      arena.file(`${DATA}/shadow`, 'mine');
      arena.file(`${DATA}/dump.rdb`, 'mine');
      for (const name of ['0', 'shadow']) arena.file(`${DATA}/aof/${name}`, '');
      arena.file(`${DATA}/aof/aof.manifest`, 'file 0 seq 1 type b\nfile shadow seq 1 type i\n');
      arena.link('home/folder-link', arena.secret);
      arena.link('home/file-link', path.join(arena.secret, 'dump.rdb'));
      fs.utimesSync(path.join(arena.secret, 'dump.rdb'), WHOLE_SECOND, WHOLE_SECOND);
      return arena.remember();
    },
    attack: (arena) => ({
      name: 'server',
      args: [how, arena.at(DATA), arena.secret, String(WHOLE_SECOND)],
    }),
    begun: async (attacker) => {
      port = await attacker.nextLine();
    },
    naive: async (arena) => believe(Number(port), path.join(arena.own, 'copy')),
    commandLine: (arena) => [
      'backup',
      '-p',
      port,
      '--no-examine',
      // Without a save only a person can say that the directory is the server's.
      ...(how === 'aof' ? [arena.at(DATA)] : []),
      path.join(arena.own, 'repository'),
    ],
    peaceful: (arena) => ['backup', arena.at(DATA), path.join(arena.own, 'repository')],
    leastTries: 20,
    isRefused: how === 'name' || how === 'elsewhere',
    signsOfWinning: async (arena) => [
      ...(await arena.harm()),
      ...filesWith(arena.token, arena.own),
    ],
  };
}

/** A script that asks the server for its directory, has it save, copies the directory, and removes the dump. */
async function believe(port: number, copy: string): Promise<void> {
  const redis = new Redis({ port, enableReadyCheck: false, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    const [, directory = ''] = await redis.config('GET', 'dir');
    const [, name = ''] = await redis.config('GET', 'dbfilename');
    await redis.bgsave();
    await redis.info('persistence');
    copyNaively(directory, copy);
    const dump = path.join(directory, name);
    if (fs.lstatSync(dump).isFile()) fs.unlinkSync(dump);
  } finally {
    redis.disconnect();
  }
}

const LIES: Readonly<Record<string, string>> = {
  name: 'a server that names its dump in a folder that becomes a link has no file of root’s deleted',
  link: 'a server that exchanges its dump for a link has no file of root’s deleted or read',
  directory:
    'a server that exchanges its directory for a link has no file of root’s deleted or read',
  aof: 'a server that exchanges the folder of its AOF for a link has no file of root’s read',
  elsewhere: 'a server that says that a folder of root’s is its directory has nothing of it read',
};

for (const [how, title] of Object.entries(LIES)) {
  test.serial(title, async (t) => {
    await fight(t, duelWithServer(how));
  });
}
