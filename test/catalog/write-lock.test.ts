import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import test from 'ava';

import { WriteLock } from '../../src/catalog/write-lock.js';
import { pathFromText } from '../../src/system/files/byte-path.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';

const MODULE = fileURLToPath(new URL('../../src/catalog/write-lock.js', import.meta.url));

test('a lock that is held for a moment keeps others out, and can be told from one that is held for a run', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'lock.sqlite3');
  await writeFile(file, '');
  const moment = WriteLock.tryAcquireForMoment(pathFromText(file));
  t.truthy(moment);
  t.false(WriteLock.isHeld(pathFromText(file)));
  t.is(WriteLock.tryAcquire(pathFromText(file)), null);
  t.is(WriteLock.tryAcquireForMoment(pathFromText(file)), null);
  moment?.release();
  const run = WriteLock.tryAcquire(pathFromText(file));
  t.true(WriteLock.isHeld(pathFromText(file)));
  t.is(WriteLock.tryAcquireForMoment(pathFromText(file)), null);
  run?.release();
});

test('isHeld sees the lock of another process, and changes nothing', async (t) => {
  const folder = await temporaryDirectory(t);
  const file = path.join(folder, 'lock.sqlite3');
  await writeFile(file, '');
  const { mtimeMs } = await stat(folder);
  t.false(WriteLock.isHeld(pathFromText(file)));
  t.is((await stat(folder)).mtimeMs, mtimeMs);

  const script = `
    const { WriteLock } = await import(${JSON.stringify(MODULE)});
    // The variable keeps the lock alive: garbage collection would release it.
    globalThis.held = WriteLock.tryAcquire(${JSON.stringify(file)});
    console.log('held');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script]);
  t.teardown(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  t.true(WriteLock.isHeld(pathFromText(file)));
  t.is(WriteLock.tryAcquire(pathFromText(file)), null);
  holder.kill('SIGKILL');
  await once(holder, 'close');
  t.false(WriteLock.isHeld(pathFromText(file)));
  t.is((await readFile(file)).length, 0);
});
