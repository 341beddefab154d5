// Files that are large enough for the second thread: deltas that are begun while their basis is being
// copied, tails that are appended to the mirror, and what happens when that was for nothing.
import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { bytesDifference } from '../../support/files/bytes-difference.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { createTestContext } from '../../support/program/run-context.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { LARGE, edited, randomBytes } from '../../support/sandbox/large-content.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

async function restored(sandbox: Sandbox, time: string, name: string): Promise<Buffer> {
  const { destination } = await sandbox.restore({ time, path: name });
  return fs.readFile(destination);
}

async function incrementCount(sandbox: Sandbox): Promise<number> {
  return (await fs.readdir(sandbox.inMirror('redis-rewind-data/increments'))).length;
}

test('a large file that changes several times comes back as of every snapshot', async (t) => {
  const sandbox = await createSandbox(t);
  const nights = [randomBytes('a')];
  for (const mark of ['one', 'two', 'three']) nights.push(edited(nights.at(-1) as Buffer, mark));
  for (const bytes of nights) {
    await sandbox.write('dump.rdb', bytes);
    await sandbox.backup();
  }
  for (const [index, bytes] of nights.entries()) {
    t.is(
      bytesDifference(bytes, await restored(sandbox, `${nights.length - 1 - index}B`, 'dump.rdb')),
      null,
    );
  }
  t.deepEqual((await sandbox.verify()).problems, []);
  for (const { addedBytes } of sandbox.list().slice(1))
    t.true(addedBytes < 200_000, String(addedBytes));
});

test('several large files in one backup each get their own delta', async (t) => {
  const sandbox = await createSandbox(t);
  const names = ['a.rdb', 'b.rdb', 'c.rdb', 'd.rdb'];
  for (const name of names) await sandbox.write(name, randomBytes(name));
  await sandbox.backup();
  for (const name of names) await sandbox.write(name, edited(randomBytes(name), name));
  const report = await sandbox.backup();
  t.is(report.changedFiles, names.length);
  t.true(report.incrementBytes < 100_000, String(report.incrementBytes));
  for (const name of names) {
    t.is(bytesDifference(randomBytes(name), await restored(sandbox, '1B', name)), null);
    t.is(
      bytesDifference(edited(randomBytes(name), name), await restored(sandbox, '0B', name)),
      null,
    );
  }
});

test('a large file that grew has its tail appended, and its old version is a delta of a few bytes', async (t) => {
  const sandbox = await createSandbox(t);
  const before = randomBytes('aof');
  const after = Buffer.concat([before, randomBytes('tail', 300_000)]);
  await sandbox.write('appendonly.aof', before);
  await sandbox.backup();
  const mirror = sandbox.inMirror('appendonly.aof');
  const { ino } = await fs.stat(mirror);
  await sandbox.write('appendonly.aof', after);
  const report = await sandbox.backup();
  t.is((await fs.stat(mirror)).ino, ino);
  t.is(bytesDifference(after, await fs.readFile(mirror)), null);
  t.true(report.incrementBytes <= 300, `${report.incrementBytes} bytes`);
  t.is(bytesDifference(before, await restored(sandbox, '1B', 'appendonly.aof')), null);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a mirror file that has a second name is not appended to', async (t) => {
  const sandbox = await createSandbox(t);
  const before = randomBytes('aof');
  await sandbox.write('appendonly.aof', before);
  await sandbox.backup();
  const other = sandbox.at('other-name');
  await fs.link(sandbox.inMirror('appendonly.aof'), other);
  await sandbox.write('appendonly.aof', Buffer.concat([before, Buffer.from('tail')]));
  await sandbox.backup();
  t.is(bytesDifference(before, await fs.readFile(other)), null);
  t.is(bytesDifference(before, await restored(sandbox, '1B', 'appendonly.aof')), null);
});

test('an appended tail is cut off again when the backup fails before its commit', async (t) => {
  const sandbox = await createSandbox(t);
  const before = randomBytes('aof');
  await sandbox.write('appendonly.aof', before);
  await sandbox.write('later.rdb', 'one');
  await sandbox.backup();
  await sandbox.write('appendonly.aof', Buffer.concat([before, Buffer.from('tail')]));
  await sandbox.write('later.rdb', 'two');
  const mirror = sandbox.inMirror('appendonly.aof');
  let isAppended = false;
  const fileSystem = new HookedFileSystem(({ operation, path: called }) => {
    if (operation !== 'open' || !called.endsWith('later.rdb')) return;
    isAppended = true;
    throw new Error('stop here');
  });
  const context = { ...createTestContext({ fileSystem }), clock: sandbox.context.clock };
  await t.throwsAsync(sandbox.backup({ context }), { message: 'stop here' });
  t.true(isAppended);
  t.is((await fs.stat(mirror)).size, before.length);
  t.is(bytesDifference(before, await restored(sandbox, 'now', 'appendonly.aof')), null);
  await sandbox.backup();
  t.is((await fs.stat(mirror)).size, before.length + 4);
  t.is(bytesDifference(before, await restored(sandbox, '1B', 'appendonly.aof')), null);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('each byte of a changed or grown file is read from SOURCE once', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', randomBytes('dump'));
  await sandbox.write('appendonly.aof', randomBytes('aof'));
  await sandbox.write('same.rdb', randomBytes('same'));
  await sandbox.backup();
  const sizes = {
    'dump.rdb': edited(randomBytes('dump'), 'x'),
    'appendonly.aof': Buffer.concat([randomBytes('aof'), Buffer.from('tail')]),
  };
  for (const [name, bytes] of Object.entries(sizes)) await sandbox.write(name, bytes);
  const readBytes = new Map<string, number>();
  const fileSystem = new (class extends HookedFileSystem {
    readonly #names = new Map<number, string>();
    override open(...[called, mode]: Parameters<HookedFileSystem['open']>): number {
      const file = super.open(called, mode);
      if (called.startsWith(sandbox.source)) this.#names.set(file, path.basename(called));
      else this.#names.delete(file);
      return file;
    }
    override read(file: number, into: Uint8Array, position: number): number {
      const count = super.read(file, into, position);
      const name = this.#names.get(file);
      if (name !== undefined) readBytes.set(name, (readBytes.get(name) ?? 0) + count);
      return count;
    }
  })(() => {});
  await sandbox.backup({
    context: { ...createTestContext({ fileSystem }), clock: sandbox.context.clock },
  });
  t.deepEqual(
    Object.fromEntries(readBytes),
    Object.fromEntries(Object.entries(sizes).map(([name, bytes]) => [name, bytes.length])),
  );
});

test('a large content that only moved to another path leaves no increment behind', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', randomBytes('a'));
  await sandbox.backup();
  await sandbox.write('dump.rdb.old', randomBytes('a'));
  await sandbox.write('dump.rdb', edited(randomBytes('a'), 'new'));
  await sandbox.backup();
  t.is(await incrementCount(sandbox), 0);
  t.is(bytesDifference(randomBytes('a'), await restored(sandbox, '1B', 'dump.rdb')), null);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a large file that changes while it is read leaves no half-made delta behind', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', randomBytes('a'));
  await sandbox.backup();
  const next = edited(randomBytes('a'), 'new');
  await sandbox.write('dump.rdb', next);
  let reads = 0;
  const source = sandbox.inSource('dump.rdb');
  const { writeFileSync } = await import('node:fs');
  const fileSystem = new HookedFileSystem(({ operation, path: called }) => {
    if (operation !== 'read' || called !== source) return;
    reads += 1;
    if (reads === 3) writeFileSync(source, edited(next, 'while it was read'));
  });
  await sandbox.backup({
    context: { ...createTestContext({ fileSystem }), clock: sandbox.context.clock },
  });
  t.is(
    bytesDifference(edited(next, 'while it was read'), await restored(sandbox, 'now', 'dump.rdb')),
    null,
  );
  t.is(bytesDifference(randomBytes('a'), await restored(sandbox, '1B', 'dump.rdb')), null);
  t.is(await incrementCount(sandbox), 1);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a large file with nothing in common is kept as a full copy', async (t) => {
  const sandbox = await createSandbox(t);
  const before = new SeededRandom('before').bytes(LARGE);
  await sandbox.write('dump.rdb', before);
  await sandbox.backup();
  await sandbox.write('dump.rdb', new SeededRandom('after').bytes(LARGE));
  const report = await sandbox.backup();
  t.true(report.incrementBytes > LARGE * 0.9, `${report.incrementBytes}, ${LARGE * 0.9}`);
  t.is(bytesDifference(before, await restored(sandbox, '1B', 'dump.rdb')), null);
});
