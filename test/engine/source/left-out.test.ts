import test from 'ava';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import type { BytePath } from '../../../src/system/files/byte-path.js';
import { type FileStat, RealFileSystem } from '../../../src/system/files/file-system.js';
import { HookedFileSystem, failing } from '../../support/files/hooked-file-system.js';
import { createTestContext } from '../../support/program/run-context.js';
import { lookNames, noteNames } from '../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const run = promisify(execFile);

async function link(sandbox: Sandbox, name: string, target: string): Promise<void> {
  await fs.symlink(target, sandbox.inSource(name));
}

/** Paths of the newest snapshot without the root. */
function paths(sandbox: Sandbox): string[] {
  return Object.keys(sandbox.files()).filter((name) => name !== '.');
}

/** Some file systems in user space give every entry 0 names. */
class NamelessFileSystem extends RealFileSystem {
  override stat(entry: BytePath): FileStat | null {
    const stat = super.stat(entry);
    return stat === null ? null : Object.assign(stat, { nlink: 0n });
  }
}

test('a file system that counts no names of its files is backed up as any other', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'a dump');
  const { notes, newFiles } = await sandbox.backup({
    context: { fileSystem: new NamelessFileSystem() },
  });
  t.deepEqual(notes, []);
  t.is(newFiles, 1);
});

test('sockets and FIFOs are left out with a remark', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await run('mkfifo', [sandbox.inSource('pipe')]);
  const server = net.createServer();
  await new Promise<void>((resolve) => {
    server.listen(sandbox.inSource('redis.sock'), resolve);
  });
  t.teardown(() => server.close());
  const { notes } = await sandbox.backup();
  t.deepEqual(noteNames(notes), ['left-out-fifo pipe', 'left-out-socket redis.sock']);
  t.deepEqual(lookNames(notes), []);
  t.deepEqual(paths(sandbox), ['dump.rdb']);
});

test('an entry of SOURCE named redis-rewind-data is left out with a warning', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('redis-rewind-data/anything', 'not ours');
  await sandbox.write('deeper/redis-rewind-data', 'a name like any other down here');
  const { notes, snapshot } = await sandbox.backup();
  t.deepEqual(lookNames(notes), ['reserved-name redis-rewind-data']);
  t.deepEqual(lookNames(snapshot.notes), ['reserved-name redis-rewind-data']);
  t.deepEqual(paths(sandbox), ['deeper', 'deeper/redis-rewind-data']);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('the reserved name is not mentioned where it is excluded', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await sandbox.write('redis-rewind-data', 'x');
  const rules = [{ kind: 'exclude', pattern: './redis-rewind-data' }] as const;
  t.deepEqual((await sandbox.backup({ rules })).notes, []);
});

test('links that lead out of SOURCE are warnings: direct, relative, through another link', async (t) => {
  const sandbox = await createSandbox(t);
  const outside = sandbox.at('other-disk');
  await fs.mkdir(path.join(outside, 'aof'), { recursive: true });
  await sandbox.write('dump.rdb', 'x');
  await sandbox.write('folder/file', 'x');
  await link(sandbox, 'appendonlydir', path.join(outside, 'aof'));
  await link(sandbox, 'folder/up', '../../other-disk');
  await fs.writeFile(path.join(outside, 'aof', 'base'), 'x');
  await link(sandbox, 'through', 'appendonlydir/base');
  await link(sandbox, 'twice', 'through');
  const { notes } = await sandbox.backup();
  t.deepEqual(
    lookNames(notes),
    ['appendonlydir', 'folder/up', 'through', 'twice'].map((name) => `link-outside ${name}`),
  );
  const [first] = notes;
  t.is(first?.hint, `add the target with --also '${outside}/aof'`);
  t.is(sandbox.files()['appendonlydir']?.linkTarget, path.join(outside, 'aof'));
});

test('links that lead out of SOURCE to nothing are kept, with a remark alone', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  const outside = sandbox.at('other-disk');
  await fs.mkdir(outside);
  await fs.symlink('circle', path.join(outside, 'circle'));
  await fs.writeFile(path.join(outside, 'file'), 'x');
  const targets = {
    circle: path.join(outside, 'circle'),
    dangling: path.join(outside, 'not-there'),
    'no-folder': path.join(outside, 'file', 'below'),
    relative: '../other-disk/not-there/deeper',
    'too-long': `/${'x'.repeat(300)}`,
    twice: 'dangling',
  };
  for (const [name, target] of Object.entries(targets)) await link(sandbox, name, target);
  const { notes } = await sandbox.backup();
  t.deepEqual(
    notes.map(({ severity, kind, path: about, hint }) => [severity, kind, about, hint]),
    Object.keys(targets).map((name) => ['info', 'link-outside', name, null]),
  );
  t.regex(notes[1]?.message ?? '', /outside SOURCE, where nothing is; the link is in the backup/);
  for (const [name, target] of Object.entries(targets)) {
    t.is(sandbox.files()[name]?.linkTarget, target);
  }
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('links that stay in SOURCE are taken without a note: dangling, circular, over the top and back', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('folder/file', 'x');
  await link(sandbox, 'inside', 'folder/file');
  await link(sandbox, 'absolute', sandbox.inSource('folder'));
  await link(sandbox, 'dangling', 'folder/not-there');
  await link(sandbox, 'self', 'self');
  await link(sandbox, 'ping', 'pong');
  await link(sandbox, 'pong', './ping');
  await link(sandbox, 'folder/back', '../../source/folder');
  t.deepEqual((await sandbox.backup()).notes, []);
  t.is(sandbox.files()['self']?.linkTarget, 'self');
});

test('a link into a folder that may not be entered counts as leading out of SOURCE', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await link(sandbox, 'link', `${sandbox.root}/closed/file`);
  const fileSystem = new HookedFileSystem(
    failing('EACCES', ({ path: about }) => about.includes('/closed')),
  );
  const { notes } = await sandbox.backup({ context: { fileSystem } });
  t.deepEqual(lookNames(notes), ['link-outside link']);
});

test('a link that goes away while SOURCE is scanned is not in the snapshot', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await link(sandbox, 'link', 'dump.rdb');
  const fileSystem = new HookedFileSystem(
    failing('ENOENT', ({ operation, path: about }) => {
      return operation === 'readLink' && about.endsWith('/link');
    }),
  );
  const { notes } = await sandbox.backup({ context: { fileSystem } });
  t.deepEqual(notes, []);
  t.deepEqual(paths(sandbox), ['dump.rdb']);
});

test('leftovers of a killed Redis are left out unless --include names them', async (t) => {
  const sandbox = await createSandbox(t);
  for (const name of [
    'dump.rdb',
    'temp-1234.rdb',
    'temp-rewriteaof-bg-99.aof',
    'appendonlydir/appendonly.aof.manifest',
    'appendonlydir/temp-appendonly.aof.manifest',
    'backupdir/dump.rdb',
  ]) {
    await sandbox.write(name, name);
  }
  await sandbox.backup();
  t.deepEqual(paths(sandbox), [
    'appendonlydir',
    'appendonlydir/appendonly.aof.manifest',
    'dump.rdb',
  ]);
  await sandbox.backup({ rules: [{ kind: 'include', pattern: 'temp-*.rdb' }] });
  t.is(sandbox.files()['temp-1234.rdb']?.type, 'file');
  await sandbox.backup();
  t.is(sandbox.files()['temp-1234.rdb'], undefined);
  t.is((await sandbox.restoredTree({ time: '1B' }))['temp-1234.rdb']?.type, 'file');
});

test('the first rule that matches decides, in the order given', async (t) => {
  const sandbox = await createSandbox(t);
  for (const name of ['a.log', 'keep.log', 'dump.rdb', 'logs/b.log', 'logs/c.txt']) {
    await sandbox.write(name, name);
  }
  const exclude = { kind: 'exclude', pattern: '*.log' } as const;
  const include = { kind: 'include', pattern: 'keep.log' } as const;
  await sandbox.backup({ rules: [include, exclude] });
  t.deepEqual(paths(sandbox), ['dump.rdb', 'keep.log', 'logs', 'logs/c.txt']);
  await sandbox.backup({ rules: [exclude, include] });
  t.deepEqual(paths(sandbox), ['dump.rdb', 'logs', 'logs/c.txt']);
});

test('what is excluded from now on leaves the mirror, and stays in older snapshots', async (t) => {
  const sandbox = await createSandbox(t, { context: createTestContext() });
  await sandbox.write('dump.rdb', 'x');
  await sandbox.write('appendonlydir/file', 'y');
  await sandbox.backup();
  const report = await sandbox.backup({ rules: [{ kind: 'exclude', pattern: 'appendonlydir/' }] });
  t.is(report.deletedFiles, 1);
  t.deepEqual(Object.keys(await sandbox.mirror()), ['dump.rdb']);
  t.is((await sandbox.restoredTree({ time: '1B' }))['appendonlydir/file']?.type, 'file');
});
