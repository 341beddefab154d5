import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { CorruptError, InTheWayError } from '../../../src/errors.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { HookedFileSystem, failing } from '../../support/files/hooked-file-system.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const random = new SeededRandom('mirror damage');
const BASE = random.bytes(60_000);

/** BASE with a hundred other bytes at each of these places. */
function withChanges(...places: readonly (readonly [at: number, seed: string])[]): Buffer {
  const bytes = Buffer.from(BASE);
  for (const [at, seed] of places) new SeededRandom(seed).bytes(100).copy(bytes, at);
  return bytes;
}

const ONE = withChanges([10_000, 'one']);
const TWO = withChanges([10_000, 'two']);
const THREE = withChanges([10_000, 'two'], [40_000, 'three']);

function inMirror(sandbox: Sandbox, name: string): string {
  return sandbox.inMirror(name);
}

/** Flips one bit of a mirror file, and leaves its size and its times. */
async function flipBit(file: string, at: number): Promise<void> {
  const { atime, mtime } = await fs.stat(file);
  const bytes = await fs.readFile(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  await fs.writeFile(file, bytes);
  await fs.utimes(file, atime, mtime);
}

async function restored(sandbox: Sandbox, time: string, name: string): Promise<Buffer> {
  const { destination } = await sandbox.restore({ time, path: name });
  return fs.readFile(destination);
}

test('a damaged mirror file that is replaced is kept as it was found, with a warning', async (t) => {
  const sandbox = await createSandbox(t);
  for (const content of [ONE, TWO]) {
    await sandbox.write('dump.rdb', content);
    await sandbox.backup();
  }
  await flipBit(inMirror(sandbox, 'dump.rdb'), 10_050);
  await sandbox.write('dump.rdb', THREE);
  t.deepEqual(lookNames((await sandbox.backup()).notes), ['mirror-damaged dump.rdb']);

  t.deepEqual(await restored(sandbox, 'now', 'dump.rdb'), THREE);
  await t.throwsAsync(sandbox.restore({ time: '1B', path: 'dump.rdb' }), {
    instanceOf: CorruptError,
  });
  t.deepEqual(await restored(sandbox, '2B', 'dump.rdb'), ONE, 'needs nothing of what is damaged');
  t.deepEqual(
    ['2B', '1B', 'now'].map((time) => sandbox.files(time)['dump.rdb']?.damaged),
    [false, true, false],
  );
  const { problems } = await sandbox.verify();
  t.deepEqual(
    problems.map(({ path: name, snapshots }) => [name, snapshots]),
    [['dump.rdb', [2]]],
  );
});

test('an older version that is made of damaged bytes is refused as well', async (t) => {
  const sandbox = await createSandbox(t);
  for (const content of [ONE, TWO]) {
    await sandbox.write('dump.rdb', content);
    await sandbox.backup();
  }
  await flipBit(inMirror(sandbox, 'dump.rdb'), 50_000);
  await sandbox.write('dump.rdb', THREE);
  await sandbox.backup();
  await t.throwsAsync(sandbox.restore({ time: '1B', path: 'dump.rdb' }), {
    instanceOf: CorruptError,
  });
  await t.throwsAsync(sandbox.restore({ time: '2B', path: 'dump.rdb' }), {
    instanceOf: CorruptError,
  });
  const { problems } = await sandbox.verify();
  t.deepEqual(
    problems.flatMap(({ snapshots }) => snapshots).toSorted((a, b) => a - b),
    [1, 2],
  );
});

for (const [what, damage] of [
  ['gone', (file: string) => fs.rm(file)],
  ['shorter', (file: string) => fs.truncate(file, 100)],
  [
    'a link',
    async (file: string) => {
      await fs.rm(file);
      await fs.symlink('elsewhere', file);
    },
  ],
] as const) {
  test(`a mirror file that is ${what} is put right from SOURCE where SOURCE still has the content`, async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('dump.rdb', ONE);
    await sandbox.backup();
    await sandbox.write('dump.rdb', TWO);
    await sandbox.backup();
    await damage(inMirror(sandbox, 'dump.rdb'));
    t.deepEqual(lookNames((await sandbox.backup()).notes), ['mirror-mended dump.rdb']);
    t.deepEqual((await sandbox.verify()).problems, []);
    t.deepEqual(await restored(sandbox, 'now', 'dump.rdb'), TWO);
    t.deepEqual(await restored(sandbox, '2B', 'dump.rdb'), ONE);
    t.deepEqual((await sandbox.backup()).notes, []);
  });
}

for (const [where, at] of [
  ['at its beginning', 5],
  ['at its end', ONE.length - 1],
] as const) {
  test(`a mirror file that is damaged ${where} is mended from SOURCE, with a warning`, async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('dump.rdb', ONE);
    await sandbox.write('other', TWO);
    await sandbox.backup();
    await flipBit(inMirror(sandbox, 'dump.rdb'), at);
    const now = new Date();
    for (const name of ['dump.rdb', 'other']) await fs.utimes(sandbox.inSource(name), now, now);
    const { notes } = await sandbox.backup();
    t.deepEqual(lookNames(notes), ['mirror-mended dump.rdb']);
    t.regex(notes[0]?.hint ?? '', /disk/);
    t.deepEqual((await sandbox.verify()).problems, []);
    t.deepEqual((await sandbox.backup({ rehash: true })).notes, []);
  });
}

test('a mirror file that is damaged before an AOF grows is kept as it was found, with a warning', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('appendonly.aof', ONE);
  await sandbox.backup();
  await flipBit(inMirror(sandbox, 'appendonly.aof'), 50_000);
  await sandbox.append('appendonly.aof', 'more');
  t.deepEqual(lookNames((await sandbox.backup()).notes), ['mirror-damaged appendonly.aof']);
  t.deepEqual(
    await restored(sandbox, 'now', 'appendonly.aof'),
    Buffer.concat([ONE, Buffer.from('more')]),
  );
});

test('a mirror file that is longer than it should be is cut back', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', ONE);
  await sandbox.backup();
  const before = await sandbox.mirror();
  await fs.appendFile(inMirror(sandbox, 'dump.rdb'), 'more');
  t.deepEqual(await restored(sandbox, 'now', 'dump.rdb'), ONE);
  t.deepEqual((await sandbox.backup()).notes, []);
  t.deepEqual(treeDifferences(before, await sandbox.mirror()), []);
});

test('folders and links that are missing in the mirror, or are something else, are put right', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('missing/deep/file', 'one');
  await sandbox.write('file-now/file', 'two');
  await sandbox.write('link-now/file', 'three');
  await fs.mkdir(sandbox.inSource('empty'));
  await fs.symlink('empty', sandbox.inSource('link'));
  await fs.symlink('empty', sandbox.inSource('other-link'));
  await sandbox.backup();
  const elsewhere = sandbox.at('elsewhere');
  await fs.mkdir(elsewhere);
  await fs.writeFile(path.join(elsewhere, 'file'), 'three and more');
  for (const name of ['missing', 'file-now', 'link-now', 'empty', 'link', 'other-link']) {
    await fs.rm(inMirror(sandbox, name), { recursive: true });
  }
  await fs.writeFile(inMirror(sandbox, 'file-now'), 'in the way');
  await fs.symlink(elsewhere, inMirror(sandbox, 'link-now'));
  await fs.symlink('somewhere', inMirror(sandbox, 'other-link'));

  const names = ['empty', 'file-now', 'file-now/file', 'link', 'link-now', 'link-now/file'];
  const more = ['missing', 'missing/deep', 'missing/deep/file', 'other-link'];
  t.deepEqual(
    lookNames((await sandbox.backup()).notes),
    [...names, ...more].map((name) => `mirror-mended ${name}`),
  );
  t.deepEqual((await sandbox.verify()).problems, []);
  t.deepEqual(treeDifferences(await readTree(sandbox.source), await sandbox.restoredTree()), []);
  t.deepEqual((await sandbox.backup()).notes, []);
  t.is(
    await fs.readFile(path.join(elsewhere, 'file'), 'utf8'),
    'three and more',
    'behind the link',
  );
});

test('a directory that stands where the mirror had a file is not deleted', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', ONE);
  await sandbox.backup();
  await fs.rm(inMirror(sandbox, 'dump.rdb'));
  await fs.mkdir(inMirror(sandbox, 'dump.rdb'));
  await t.throwsAsync(sandbox.backup(), { instanceOf: InTheWayError });
  await fs.rmdir(inMirror(sandbox, 'dump.rdb'));
  t.deepEqual(lookNames((await sandbox.backup()).notes), ['mirror-mended dump.rdb']);
});

test('a missing mirror file whose content is no longer in SOURCE is lost, and nothing else is', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', ONE);
  await sandbox.write('other', 'as ever');
  await sandbox.backup();
  await fs.rm(inMirror(sandbox, 'dump.rdb'));
  await sandbox.write('dump.rdb', TWO);
  t.deepEqual(lookNames((await sandbox.backup()).notes), ['mirror-lost dump.rdb']);
  t.deepEqual(await restored(sandbox, 'now', 'dump.rdb'), TWO);
  await t.throwsAsync(sandbox.restore({ time: '1B', path: 'dump.rdb' }), {
    instanceOf: CorruptError,
  });
  t.is((await restored(sandbox, '1B', 'other')).toString(), 'as ever');
  const { problems } = await sandbox.verify();
  t.deepEqual(
    problems.map(({ path: name, snapshots }) => [name, snapshots]),
    [['dump.rdb', [1]]],
  );
  t.deepEqual((await sandbox.backup()).notes, []);
});

test('a content with two mirror files, one of them damaged, is kept from the other', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('a', ONE);
  await sandbox.write('b', ONE);
  await sandbox.write('c', 'stays');
  await sandbox.backup();
  await fs.rm(inMirror(sandbox, 'a'));
  await sandbox.remove('a');
  await sandbox.remove('b');
  t.deepEqual((await sandbox.backup()).notes, []);
  t.deepEqual(await restored(sandbox, '1B', 'a'), ONE);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a missing mirror file is a warning while SOURCE cannot be read, and is put right later', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', ONE);
  await sandbox.backup();
  await fs.rm(inMirror(sandbox, 'dump.rdb'));
  const fileSystem = new HookedFileSystem(
    failing('EACCES', (call) => {
      return call.operation === 'open' && call.path === sandbox.inSource('dump.rdb');
    }),
  );
  const { notes } = await sandbox.backup({ context: { fileSystem } });
  t.deepEqual(lookNames(notes), ['mirror-lost dump.rdb', 'stale dump.rdb']);
  t.deepEqual(lookNames((await sandbox.backup()).notes), ['mirror-mended dump.rdb']);
  t.deepEqual(await restored(sandbox, '2B', 'dump.rdb'), ONE);
});

test('no delta is made against a mirror file that is damaged', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('kept/dump.rdb', ONE);
  await sandbox.write('dump.rdb', TWO);
  await sandbox.backup();
  await flipBit(inMirror(sandbox, 'kept/dump.rdb'), 10_050);
  await sandbox.remove('dump.rdb');
  t.deepEqual(lookNames((await sandbox.backup()).notes), [
    'alarm -',
    'mirror-damaged kept/dump.rdb',
  ]);
  // The damaged file is put right; what was kept beside it must not have been made of it.
  const { notes } = await sandbox.backup({ rehash: true });
  t.deepEqual(lookNames(notes), ['mirror-mended kept/dump.rdb']);
  t.deepEqual(await restored(sandbox, '2B', 'dump.rdb'), TWO);
});

test('metadata that the mirror has lost is put right without a note', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('folder/dump.rdb', ONE);
  await sandbox.backup();
  const before = await sandbox.mirror();
  await fs.chmod(inMirror(sandbox, 'folder'), 0o711);
  await fs.utimes(inMirror(sandbox, 'folder/dump.rdb'), 1, 1);
  t.deepEqual((await sandbox.backup()).notes, []);
  t.deepEqual(treeDifferences(before, await sandbox.mirror()), []);
});
