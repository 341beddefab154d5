import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { type BackupPlace, createBackupPlace } from '../../support/repository/backup-place.js';
import { SeededRandom } from '../../support/program/seeded-random.js';

const random = new SeededRandom('returning');
const [A, B, C] = [random.bytes(20_000), random.bytes(20_000), random.bytes(20_000)] as const;

/** Contents of `name` in all snapshots, oldest first, each taken from a restore. */
async function restoredContents(place: BackupPlace, name: string): Promise<Buffer[]> {
  const { length } = place.snapshots();
  const contents: Buffer[] = [];
  for (let back = length - 1; back >= 0; back -= 1) {
    const { destination } = await place.restore(`${back}B`, name);
    contents.push(await fs.readFile(destination));
  }
  return contents;
}

async function increments(place: BackupPlace): Promise<number> {
  return (await fs.readdir(place.data('increments'))).length;
}

test('a content that comes back is in the mirror again, and its increment is gone', async (t) => {
  const place = await createBackupPlace(t);
  const history = [A, B, A, C, B, A, A];
  const counts: number[] = [];
  for (const content of history) {
    await place.write('dump.rdb', content);
    await place.backup();
    counts.push(await increments(place));
  }
  t.deepEqual(counts, [0, 1, 1, 2, 2, 2, 2]);
  t.deepEqual(await restoredContents(place, 'dump.rdb'), history);
  t.deepEqual((await place.verify()).problems, []);
});

test('two files that swap contents need no increment, and restore as they were', async (t) => {
  const place = await createBackupPlace(t);
  for (const [one, two] of [
    [A, B],
    [B, A],
    [A, B],
  ] as const) {
    await place.write('one', one);
    await place.write('two', two);
    t.is((await place.backup()).incrementBytes, 0);
  }
  t.deepEqual(await restoredContents(place, 'one'), [A, B, A]);
  t.deepEqual(await restoredContents(place, 'two'), [B, A, B]);
});

test('contents that wander through several paths leave no circle of increments', async (t) => {
  const place = await createBackupPlace(t);
  const history = [
    [A, B],
    [B, C],
    [C, A],
    [A, A],
    [B, B],
    [C, A],
    [A, B],
  ] as const;
  for (const [one, two] of history) {
    await place.write('one', one);
    await place.write('two', two);
    await place.backup();
    t.deepEqual((await place.verify()).problems, []);
  }
  t.deepEqual(
    await restoredContents(place, 'one'),
    history.map(([one]) => one),
  );
  t.deepEqual(
    await restoredContents(place, 'two'),
    history.map(([, two]) => two),
  );
});

test('a renamed file needs no increment', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', A);
  await place.backup();
  await fs.mkdir(path.join(place.source, 'old'));
  await fs.rename(path.join(place.source, 'dump.rdb'), path.join(place.source, 'old/dump.rdb'));
  const report = await place.backup();
  t.deepEqual([report.newFiles, report.deletedFiles, report.incrementBytes], [1, 1, 0]);
  const { destination } = await place.restore('1B', 'dump.rdb');
  t.deepEqual(await fs.readFile(destination), A);
});

test('a file that is equal to another, and is then deleted, needs no increment', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('one', A);
  await place.write('two', A);
  await place.write('three', B);
  await place.backup();
  await fs.rm(path.join(place.source, 'one'));
  t.is((await place.backup()).incrementBytes, 0);
  await fs.rm(path.join(place.source, 'two'));
  t.true((await place.backup()).incrementBytes > 0);
  const { destination } = await place.restore('2B', 'one');
  t.deepEqual(await fs.readFile(destination), A);
});

test('new metadata alone needs no increment, and the old comes back with a restore', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', A);
  await fs.chmod(path.join(place.source, 'dump.rdb'), 0o640);
  await place.backup();
  await fs.chmod(path.join(place.source, 'dump.rdb'), 0o600);
  await fs.utimes(path.join(place.source, 'dump.rdb'), 1_000_000_000, 1_000_000_000);
  const report = await place.backup();
  t.deepEqual([report.changedFiles, report.incrementBytes], [1, 0]);
  t.is((await place.mirror())['dump.rdb']?.mode, '0600');
  t.is((await place.restoredTree('1B'))['dump.rdb']?.mode, '0640');
  t.is((await place.restoredTree('now'))['dump.rdb']?.mtimeNs, '1000000000000000000');
});

test('the base of the next AOF rewrite is the basis of the one before it', async (t) => {
  const place = await createBackupPlace(t);
  const keys = Array.from({ length: 400 }, (_, index) => `key ${index} ${random.hex(60)}\n`);
  await place.write('appendonlydir/appendonly.aof.1.base.rdb', keys.join(''));
  await place.backup();
  keys[200] = 'key 200 is new\n';
  await fs.rm(path.join(place.source, 'appendonlydir/appendonly.aof.1.base.rdb'));
  await place.write('appendonlydir/appendonly.aof.2.base.rdb', keys.join(''));
  const report = await place.backup();
  t.true(report.incrementBytes > 0);
  t.true(report.incrementBytes < 500, `${report.incrementBytes} bytes for 70 that changed`);
});
