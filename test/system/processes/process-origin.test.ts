// What /proc says of a process: of this one, of one that has ended, and of titles.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'ava';

import {
  inspectProcess,
  isRunning,
  splitArguments,
  terminate,
} from '../../../src/system/processes/process-origin.js';

test('a process has its parent, its program, its words and its user', (t) => {
  const own = inspectProcess(process.pid);
  t.is(own?.parentId, process.ppid);
  t.is(String(own?.program), process.execPath);
  t.is(String(own?.args?.at(0)), process.argv0);
  t.is(own?.uid, process.geteuid?.());
  t.is(own?.gid, process.getegid?.());
  t.is(own?.umask, process.umask());
  t.true(own !== null && isRunning(own));
});

test('a process that has ended no longer runs, and another one of its id is another', async (t) => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const found = inspectProcess(child.pid ?? 0);
  if (found === null) return t.fail();
  t.true(isRunning(found));
  t.false(isRunning({ id: found.id, startTicks: '1' }));
  t.false(terminate({ id: found.id, startTicks: '1' }));
  t.true(terminate(found));
  await once(child, 'exit');
  t.false(isRunning(found));
  t.false(terminate(found));
  return t.is(inspectProcess(found.id), null);
});

const ARGUMENTS = [
  ['redis-server\0/etc/redis.conf\0', ['redis-server', '/etc/redis.conf']],
  ['redis-server\0', ['redis-server']],
  ['redis-server\0--save\0\0', ['redis-server', '--save', '']],
  ['redis-server 127.0.0.1:6379\0\0\0\0\0', null],
  ['redis-server *:6379\0', null],
  ['', null],
] as const;

for (const [text, expected] of ARGUMENTS) {
  test(`arguments: ${JSON.stringify(text)}`, (t) => {
    t.deepEqual(splitArguments(Buffer.from(text)), expected as ReturnType<typeof splitArguments>);
  });
}
