// The script of /etc/init.d that has started a server, found by its file of process ids.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

import { findInitScript, findPidFile } from '../../../src/redis/control/init-scripts.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

const SCRIPTS = [
  [
    'as Debian has it',
    'RUNDIR=/run/redis\nPIDFILE=$RUNDIR/redis-server.pid\n',
    '/run/redis/redis-server.pid',
  ],
  [
    'as Redis has it',
    'REDISPORT="6379"\nPIDFILE=/var/run/redis_${REDISPORT}.pid\n',
    '/var/run/redis_6379.pid',
  ],
  ['the last one counts', 'PIDFILE=/a\nPIDFILE=/b # of late\n', '/b'],
  ['a literal', "X=1\nPIDFILE='/run/$X.pid'\n", '/run/$X.pid'],
  ['within a case', 'case "$1" in\n  start)\n    PIDFILE=/run/x.pid\n', '/run/x.pid'],
  ['a relative path', 'PIDFILE=x.pid\n', null],
  ['an unknown name', 'PIDFILE=$NOWHERE/x.pid\n', '/x.pid'],
  ['none', 'echo PIDFILE\n', null],
] as const;

for (const [title, script, expected] of SCRIPTS) {
  test(`the file of process ids: ${title}`, (t) => {
    t.is(findPidFile(script), expected === null ? null : pathFromText(expected));
  });
}

test('assignments that double each other end', (t) => {
  const lines = Array.from({ length: 200 }, () => 'A=$A$A').join('\n');
  t.true((findPidFile(`A=/x\n${lines}\nPIDFILE=$A\n`) ?? '').length <= 4096);
});

test('the script is found whose file names the process, and no other', async (t) => {
  const root = await temporaryDirectory(t);
  const folder = path.join(root, 'init.d');
  await mkdir(folder);
  const script = async (name: string, pid: string): Promise<void> => {
    await writeFile(path.join(folder, name), `PIDFILE=${root}/${name}.pid\n`);
    await writeFile(path.join(root, `${name}.pid`), pid);
  };
  await script('redis-server', '41\n');
  await script('redis-other', '42\n');
  await script('valkey-server', 'x42\n');
  await script('postgresql', '42\n');
  await symlink('/dev/zero', path.join(folder, 'redis-zero'));
  const find = (id: number): string | null =>
    findInitScript(new RealFileSystem(), pathFromText(folder), id);
  t.is(find(42), 'redis-other');
  t.is(find(41), 'redis-server');
  t.is(find(43), null);
  t.is(findInitScript(new RealFileSystem(), pathFromText(`${root}/none`), 42), null);
});
