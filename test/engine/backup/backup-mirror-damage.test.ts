import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { CorruptError, InTheWayError } from '../../../src/errors.js';
import {
  type BackupPlace,
  createBackupPlace,
  lookNames,
} from '../../support/repository/backup-place.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { HookedFileSystem, failing } from '../../support/files/hooked-file-system.js';
import { SeededRandom } from '../../support/program/seeded-random.js';

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

function inMirror(place: BackupPlace, name: string): string {
  return path.join(place.repository, name);
}

/** Flips one bit of a mirror file, and leaves its size and its times. */
async function flipBit(file: string, at: number): Promise<void> {
  const { atime, mtime } = await fs.stat(file);
  const bytes = await fs.readFile(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  await fs.writeFile(file, bytes);
  await fs.utimes(file, atime, mtime);
}

async function restored(place: BackupPlace, time: string, name: string): Promise<Buffer> {
  const { destination } = await place.restore(time, name);
  return fs.readFile(destination);
}

test('a damaged mirror file that is replaced is kept as it was found, and needs a look', async (t) => {
  const place = await createBackupPlace(t);
  for (const content of [ONE, TWO]) {
    await place.write('dump.rdb', content);
    await place.backup();
  }
  await flipBit(inMirror(place, 'dump.rdb'), 10_050);
  await place.write('dump.rdb', THREE);
  t.deepEqual(lookNames((await place.backup()).notes), ['mirror-damaged dump.rdb']);

  t.deepEqual(await restored(place, 'now', 'dump.rdb'), THREE);
  await t.throwsAsync(place.restore('1B', 'dump.rdb'), { instanceOf: CorruptError });
  t.deepEqual(await restored(place, '2B', 'dump.rdb'), ONE, 'needs nothing of what is damaged');
  t.deepEqual(
    ['2B', '1B', 'now'].map((time) => place.files(time)['dump.rdb']?.damaged),
    [false, true, false],
  );
  const { problems } = await place.verify();
  t.deepEqual(
    problems.map(({ path: name, snapshots }) => [name, snapshots]),
    [['dump.rdb', [2]]],
  );
});

test('an older version that is made of damaged bytes is refused as well', async (t) => {
  const place = await createBackupPlace(t);
  for (const content of [ONE, TWO]) {
    await place.write('dump.rdb', content);
    await place.backup();
  }
  await flipBit(inMirror(place, 'dump.rdb'), 50_000);
  await place.write('dump.rdb', THREE);
  await place.backup();
  await t.throwsAsync(place.restore('1B', 'dump.rdb'), { instanceOf: CorruptError });
  await t.throwsAsync(place.restore('2B', 'dump.rdb'), { instanceOf: CorruptError });
  const { problems } = await place.verify();
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
  test(`a mirror file that is ${what} is put right from SOURCE where that has it still`, async (t) => {
    const place = await createBackupPlace(t);
    await place.write('dump.rdb', ONE);
    await place.backup();
    await place.write('dump.rdb', TWO);
    await place.backup();
    await damage(inMirror(place, 'dump.rdb'));
    t.deepEqual(lookNames((await place.backup()).notes), ['mirror-mended dump.rdb']);
    t.deepEqual((await place.verify()).problems, []);
    t.deepEqual(await restored(place, 'now', 'dump.rdb'), TWO);
    t.deepEqual(await restored(place, '2B', 'dump.rdb'), ONE);
    t.deepEqual((await place.backup()).notes, []);
  });
}

test('a mirror file that is longer than it should be is cut back', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', ONE);
  await place.backup();
  const before = await place.mirror();
  await fs.appendFile(inMirror(place, 'dump.rdb'), 'more');
  t.deepEqual(await restored(place, 'now', 'dump.rdb'), ONE);
  t.deepEqual((await place.backup()).notes, []);
  t.deepEqual(treeDifferences(before, await place.mirror()), []);
});

test('folders and links that are missing in the mirror, or are something else, are put right', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('missing/deep/file', 'one');
  await place.write('file-now/file', 'two');
  await place.write('link-now/file', 'three');
  await fs.mkdir(path.join(place.source, 'empty'));
  await fs.symlink('empty', path.join(place.source, 'link'));
  await fs.symlink('empty', path.join(place.source, 'other-link'));
  await place.backup();
  const elsewhere = path.join(place.root, 'elsewhere');
  await fs.mkdir(elsewhere);
  await fs.writeFile(path.join(elsewhere, 'file'), 'three and more');
  for (const name of ['missing', 'file-now', 'link-now', 'empty', 'link', 'other-link']) {
    await fs.rm(inMirror(place, name), { recursive: true });
  }
  await fs.writeFile(inMirror(place, 'file-now'), 'in the way');
  await fs.symlink(elsewhere, inMirror(place, 'link-now'));
  await fs.symlink('somewhere', inMirror(place, 'other-link'));

  const names = ['empty', 'file-now', 'file-now/file', 'link', 'link-now', 'link-now/file'];
  const more = ['missing', 'missing/deep', 'missing/deep/file', 'other-link'];
  t.deepEqual(
    lookNames((await place.backup()).notes),
    [...names, ...more].map((name) => `mirror-mended ${name}`),
  );
  t.deepEqual((await place.verify()).problems, []);
  t.deepEqual(treeDifferences(await readTree(place.source), await place.restoredTree('now')), []);
  t.deepEqual((await place.backup()).notes, []);
  t.is(
    await fs.readFile(path.join(elsewhere, 'file'), 'utf8'),
    'three and more',
    'behind the link',
  );
});

test('a directory that stands where the mirror had a file is not deleted', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', ONE);
  await place.backup();
  await fs.rm(inMirror(place, 'dump.rdb'));
  await fs.mkdir(inMirror(place, 'dump.rdb'));
  await t.throwsAsync(place.backup(), { instanceOf: InTheWayError });
  await fs.rmdir(inMirror(place, 'dump.rdb'));
  t.deepEqual(lookNames((await place.backup()).notes), ['mirror-mended dump.rdb']);
});

test('a mirror file that is gone when SOURCE has another content is lost, and nothing else is', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', ONE);
  await place.write('other', 'as ever');
  await place.backup();
  await fs.rm(inMirror(place, 'dump.rdb'));
  await place.write('dump.rdb', TWO);
  t.deepEqual(lookNames((await place.backup()).notes), ['mirror-lost dump.rdb']);
  t.deepEqual(await restored(place, 'now', 'dump.rdb'), TWO);
  await t.throwsAsync(place.restore('1B', 'dump.rdb'), { instanceOf: CorruptError });
  t.is((await restored(place, '1B', 'other')).toString(), 'as ever');
  const { problems } = await place.verify();
  t.deepEqual(
    problems.map(({ path: name, snapshots }) => [name, snapshots]),
    [['dump.rdb', [1]]],
  );
  t.deepEqual((await place.backup()).notes, []);
});

test('a content that one of its two mirror files still has is kept from that one', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('a', ONE);
  await place.write('b', ONE);
  await place.write('c', 'stays');
  await place.backup();
  await fs.rm(inMirror(place, 'a'));
  await fs.rm(path.join(place.source, 'a'));
  await fs.rm(path.join(place.source, 'b'));
  t.deepEqual((await place.backup()).notes, []);
  t.deepEqual(await restored(place, '1B', 'a'), ONE);
  t.deepEqual((await place.verify()).problems, []);
});

test('a mirror file that is gone while SOURCE cannot be read needs a look, and is mended later', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', ONE);
  await place.backup();
  await fs.rm(inMirror(place, 'dump.rdb'));
  const fileSystem = new HookedFileSystem(
    failing('EACCES', (call) => {
      return call.operation === 'open' && call.path === path.join(place.source, 'dump.rdb');
    }),
  );
  const { notes } = await place.backup({ context: { ...place.context, fileSystem } });
  t.deepEqual(lookNames(notes), ['mirror-lost dump.rdb', 'stale dump.rdb']);
  t.deepEqual(lookNames((await place.backup()).notes), ['mirror-mended dump.rdb']);
  t.deepEqual(await restored(place, '2B', 'dump.rdb'), ONE);
});

test('no delta is made against a mirror file that is damaged', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('kept/dump.rdb', ONE);
  await place.write('dump.rdb', TWO);
  await place.backup();
  await flipBit(inMirror(place, 'kept/dump.rdb'), 10_050);
  await fs.rm(path.join(place.source, 'dump.rdb'));
  await place.backup();
  // The damaged file is put right; what was kept beside it must not have been made of it.
  await place.backup({ rehash: true });
  t.deepEqual(await restored(place, '2B', 'dump.rdb'), TWO);
});

test('metadata that the mirror has lost is put right without a word', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('folder/dump.rdb', ONE);
  await place.backup();
  const before = await place.mirror();
  await fs.chmod(inMirror(place, 'folder'), 0o711);
  await fs.utimes(inMirror(place, 'folder/dump.rdb'), 1, 1);
  t.deepEqual((await place.backup()).notes, []);
  t.deepEqual(treeDifferences(before, await place.mirror()), []);
});
