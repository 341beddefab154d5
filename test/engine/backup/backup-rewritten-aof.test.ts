// A night in which the server rewrote its AOF: values of the old incr file are in the new base.
import * as fs from 'node:fs/promises';

import test from 'ava';

import { readTree } from '../../support/files/directory-tree.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { type RdbKey, writeRdb } from '../../support/redis/data/rdb-writer.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const random = new SeededRandom('rewritten');
const VALUE = random.bytes(600_000).toString('latin1');
const SMALL: RdbKey = { database: 0, key: 'small', value: { type: 'string', text: 'as before' } };
const LARGE: RdbKey = { database: 0, key: 'large', value: { type: 'string', text: VALUE } };

function command(...words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
}

test('a value that a rewrite moved from the incr file to the base is not stored again', async (t) => {
  const sandbox = await createSandbox(t);
  const incr = Buffer.concat([command('SELECT', '0'), command('SET', 'large', VALUE)]);
  await sandbox.write('appendonlydir/a.aof.1.base.rdb', writeRdb([SMALL]));
  await sandbox.write('appendonlydir/a.aof.1.incr.aof', incr);
  await sandbox.write(
    'appendonlydir/a.aof.manifest',
    'file a.aof.1.base.rdb seq 1 type b\nfile a.aof.1.incr.aof seq 1 type i\n',
  );
  const before = await readTree(sandbox.source);
  await sandbox.backup();

  await fs.rm(sandbox.inSource('appendonlydir'), { recursive: true });
  await sandbox.write('appendonlydir/a.aof.2.base.rdb', writeRdb([SMALL, LARGE]));
  await sandbox.write('appendonlydir/a.aof.2.incr.aof', command('SELECT', '0'));
  await sandbox.write(
    'appendonlydir/a.aof.manifest',
    'file a.aof.2.base.rdb seq 2 type b\nfile a.aof.2.incr.aof seq 2 type i\n',
  );
  const { incrementBytes } = await sandbox.backup();
  t.true(incrementBytes < 2000, `${incrementBytes} bytes`);

  const { destination } = await sandbox.restore({ time: '1B' });
  t.deepEqual(await readTree(destination), before);
  t.is((await sandbox.verify()).problems.length, 0);
});
