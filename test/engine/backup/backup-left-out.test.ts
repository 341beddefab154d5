import test from 'ava';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  type BackupPlace,
  createBackupPlace,
  lookNames,
  noteNames,
} from '../../support/repository/backup-place.js';
import { HookedFileSystem, failing } from '../../support/files/hooked-file-system.js';
import { createTestContext } from '../../support/program/run-context.js';

const run = promisify(execFile);

async function link(place: BackupPlace, name: string, target: string): Promise<void> {
  await fs.symlink(target, path.join(place.source, name));
}

/** Paths of the newest snapshot without the root. */
function paths(place: BackupPlace): string[] {
  return Object.keys(place.files()).filter((name) => name !== '.');
}

test('sockets and FIFOs are named in passing and left out', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await run('mkfifo', [path.join(place.source, 'pipe')]);
  const server = net.createServer();
  await new Promise<void>((resolve) => {
    server.listen(path.join(place.source, 'redis.sock'), resolve);
  });
  t.teardown(() => server.close());
  const { notes } = await place.backup();
  t.deepEqual(noteNames(notes), ['left-out-fifo pipe', 'left-out-socket redis.sock']);
  t.deepEqual(lookNames(notes), []);
  t.deepEqual(paths(place), ['dump.rdb']);
});

test('a source entry called redis-rewind-data is left out and needs a look', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('redis-rewind-data/catalog.sqlite3', 'not ours');
  await place.write('deeper/redis-rewind-data', 'a name like any other down here');
  const { notes, snapshot } = await place.backup();
  t.deepEqual(lookNames(notes), ['reserved-name redis-rewind-data']);
  t.deepEqual(lookNames(snapshot.notes), ['reserved-name redis-rewind-data']);
  t.deepEqual(paths(place), ['deeper', 'deeper/redis-rewind-data']);
  t.deepEqual((await place.verify()).problems, []);
});

test('the reserved name is not mentioned where it is excluded', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await place.write('redis-rewind-data', 'x');
  const rules = [{ kind: 'exclude', pattern: './redis-rewind-data' }] as const;
  t.deepEqual((await place.backup({ rules })).notes, []);
});

test('links that lead out of SOURCE need a look: direct, relative, dangling, through another link', async (t) => {
  const place = await createBackupPlace(t);
  const outside = path.join(place.root, 'other-disk');
  await fs.mkdir(path.join(outside, 'aof'), { recursive: true });
  await place.write('dump.rdb', 'x');
  await place.write('folder/file', 'x');
  await link(place, 'appendonlydir', path.join(outside, 'aof'));
  await link(place, 'folder/up', '../../other-disk');
  await link(place, 'dangling', path.join(outside, 'not-there'));
  await link(place, 'through', 'appendonlydir/not-there');
  await link(place, 'twice', 'through');
  const { notes } = await place.backup();
  t.deepEqual(
    lookNames(notes),
    ['appendonlydir', 'dangling', 'folder/up', 'through', 'twice'].map(
      (name) => `link-outside ${name}`,
    ),
  );
  const [first] = notes;
  t.is(first?.hint, `add it with --also '${outside}/aof'`);
  t.is(place.files()['appendonlydir']?.linkTarget, path.join(outside, 'aof'));
});

test('links that stay in SOURCE are taken without a word: dangling, circular, over the top and back', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('folder/file', 'x');
  await link(place, 'inside', 'folder/file');
  await link(place, 'absolute', path.join(place.source, 'folder'));
  await link(place, 'dangling', 'folder/not-there');
  await link(place, 'self', 'self');
  await link(place, 'ping', 'pong');
  await link(place, 'pong', './ping');
  await link(place, 'folder/back', '../../source/folder');
  t.deepEqual((await place.backup()).notes, []);
  t.is(place.files()['self']?.linkTarget, 'self');
});

test('a link into a folder that may not be entered is taken all the same', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await link(place, 'link', `${place.root}/closed/file`);
  const fileSystem = new HookedFileSystem(
    failing('EACCES', ({ path: about }) => about.includes('/closed')),
  );
  const { notes } = await place.backup({ context: { ...place.context, fileSystem } });
  t.deepEqual(lookNames(notes), ['link-outside link']);
});

test('a link that goes away while SOURCE is looked at is not in the snapshot', async (t) => {
  const place = await createBackupPlace(t);
  await place.write('dump.rdb', 'x');
  await link(place, 'link', 'dump.rdb');
  const fileSystem = new HookedFileSystem(
    failing('ENOENT', ({ operation, path: about }) => {
      return operation === 'readLink' && about.endsWith('/link');
    }),
  );
  const { notes } = await place.backup({ context: { ...place.context, fileSystem } });
  t.deepEqual(notes, []);
  t.deepEqual(paths(place), ['dump.rdb']);
});

test('what a killed Redis leaves behind is left out unless it is asked for', async (t) => {
  const place = await createBackupPlace(t);
  for (const name of [
    'dump.rdb',
    'temp-1234.rdb',
    'temp-rewriteaof-bg-99.aof',
    'appendonlydir/appendonly.aof.manifest',
    'appendonlydir/temp-appendonly.aof.manifest',
    'backupdir/dump.rdb',
  ]) {
    await place.write(name, name);
  }
  await place.backup();
  t.deepEqual(paths(place), ['appendonlydir', 'appendonlydir/appendonly.aof.manifest', 'dump.rdb']);
  await place.backup({ rules: [{ kind: 'include', pattern: 'temp-*.rdb' }] });
  t.true(paths(place).includes('temp-1234.rdb'));
  await place.backup();
  t.false(paths(place).includes('temp-1234.rdb'));
  t.is((await place.restoredTree('1B'))['temp-1234.rdb']?.type, 'file');
});

test('the first rule that matches decides, in the order given', async (t) => {
  const place = await createBackupPlace(t);
  for (const name of ['a.log', 'keep.log', 'dump.rdb', 'logs/b.log', 'logs/c.txt']) {
    await place.write(name, name);
  }
  const exclude = { kind: 'exclude', pattern: '*.log' } as const;
  const include = { kind: 'include', pattern: 'keep.log' } as const;
  await place.backup({ rules: [include, exclude] });
  t.deepEqual(paths(place), ['dump.rdb', 'keep.log', 'logs', 'logs/c.txt']);
  await place.backup({ rules: [exclude, include] });
  t.deepEqual(paths(place), ['dump.rdb', 'logs', 'logs/c.txt']);
});

test('what is excluded from now on leaves the mirror, and stays in older snapshots', async (t) => {
  const place = await createBackupPlace(t, createTestContext());
  await place.write('dump.rdb', 'x');
  await place.write('appendonlydir/file', 'y');
  await place.backup();
  const report = await place.backup({ rules: [{ kind: 'exclude', pattern: 'appendonlydir/' }] });
  t.is(report.deletedFiles, 1);
  t.deepEqual(Object.keys(await place.mirror()), ['dump.rdb']);
  t.is((await place.restoredTree('1B'))['appendonlydir/file']?.type, 'file');
});
