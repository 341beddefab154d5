import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { copyTree } from '../../support/files/copy-tree.js';
import { readTree, treeDifferences, withoutOurs } from '../../support/files/directory-tree.js';
import { isRoot } from '../../support/program/is-root.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** Names that are no plain words; those of the first kind are not UTF-8. */
const ODD_NAMES = [
  Buffer.from([0x64, 0xff, 0x80, 0x2e]),
  Buffer.from('new\nline'),
  Buffer.from('back\\slash'),
  Buffer.from('\\x41'),
  Buffer.from('-rf'),
  Buffer.from(' '),
  Buffer.from('ünïcödé-鍵'),
  Buffer.from('…'),
  Buffer.from('quote\'"$(x)`'),
];

/** Gives everything in SOURCE a time of its own, folders last. */
async function setOddTimes(sandbox: Sandbox): Promise<void> {
  const names = Object.keys(await readTree(sandbox.source))
    .toSorted()
    .toReversed();
  const failed = new RealFileSystem().setModificationTimes(
    names.map((name, index) => ({
      path: `${pathFromText(sandbox.source)}/${name}` as never,
      mtimeNs: 1_700_000_000_123_456_789n + BigInt(index) * 1_000_000_007n,
    })),
  );
  if (failed.length > 0) throw new Error(`the time of ${failed.join(' ')} was not set`);
}

async function makeVariedSource(sandbox: Sandbox): Promise<void> {
  await sandbox.write('dump.rdb', Buffer.alloc(70_000, 'REDIS0011'));
  await sandbox.write('empty.rdb', '');
  await sandbox.write('appendonlydir/appendonly.aof.1.base.rdb', 'REDIS base');
  await sandbox.write('appendonlydir/appendonly.aof.manifest', 'file a seq 1 type b\n');
  await fs.mkdir(sandbox.inSource('empty'));
  await fs.mkdir(sandbox.inSource('deep/er/still'), { recursive: true });
  await fs.symlink('dump.rdb', sandbox.inSource('latest'));
  await fs.symlink('nowhere', sandbox.inSource('deep/dangling'));
  const sparse = await fs.open(sandbox.inSource('sparse'), 'w');
  await sparse.write('end', 300_000);
  await sparse.close();
  for (const name of ODD_NAMES) {
    const file = Buffer.concat([Buffer.from(`${sandbox.source}/deep/`), name]);
    await fs.writeFile(file, name);
  }
  for (const [name, mode] of [
    ['dump.rdb', 0o660],
    ['empty.rdb', 0o400],
    ['appendonlydir', 0o2750],
    ['empty', 0o1777],
    ['deep/er', isRoot ? 0o500 : 0o700],
    ['.', 0o751],
  ] as const) {
    await fs.chmod(sandbox.inSource(name), mode);
  }
  if (isRoot) {
    await fs.chown(sandbox.inSource('dump.rdb'), 106, 113);
    await fs.chown(sandbox.inSource('appendonlydir'), 4_000_000_000, 65_533);
    await fs.chmod(sandbox.inSource('appendonlydir'), 0o2750);
    await fs.lchown(sandbox.inSource('latest'), 106, 113);
    await fs.chown(sandbox.source, 106, 113);
  }
  await setOddTimes(sandbox);
}

test('the first backup mirrors files, folders and links with names of any bytes, modes, owners and times', async (t) => {
  const sandbox = await createSandbox(t);
  await makeVariedSource(sandbox);
  const report = await sandbox.backup();
  t.deepEqual(report.notes, []);
  t.true(report.created);
  const source = await readTree(sandbox.source);
  t.deepEqual(treeDifferences(withoutOurs(source), await sandbox.mirror()), []);
  const files = Object.values(source).filter(({ type }) => type === 'file').length;
  t.is(report.newFiles, files);
  t.is(report.snapshot.files, files);
  t.is(report.incrementBytes, 0);
});

test('the catalog has the true metadata of every entry, the root among them', async (t) => {
  const sandbox = await createSandbox(t);
  await makeVariedSource(sandbox);
  await sandbox.backup();
  const source = await readTree(sandbox.source);
  const listed = sandbox.files();
  t.is(Object.keys(listed).length, Object.keys(source).length);
  for (const name of ['.', 'dump.rdb', 'appendonlydir', 'latest', 'deep/er', 'deep/-rf']) {
    const [expected, actual] = [source[name], listed[name]];
    t.is(String(actual?.type), String(expected?.type), name);
    if (expected?.type !== 'symlink') t.is(actual?.mode, expected?.mode, name);
    t.is(actual?.uid, expected?.uid, name);
    t.is(actual?.gid, expected?.gid, name);
    const ns = expected?.mtimeNs ?? '';
    const whole = new Date(Number(ns.slice(0, -9)) * 1000).toISOString().slice(0, -5);
    t.is(actual?.mtime, `${whole}.${ns.slice(-9)}Z`, name);
  }
  t.is(listed['latest']?.linkTarget, 'dump.rdb');
  t.is(listed['dump.rdb']?.sha256, source['dump.rdb']?.content);
  t.truthy(listed['deep/d\\xff\\x80.']);
  t.truthy(listed['deep/new\\x0aline']);
  t.truthy(listed['deep/\\x5cx41']);
});

test('a restore gives back everything as it was, after the mirror has moved on', async (t) => {
  const sandbox = await createSandbox(t);
  await makeVariedSource(sandbox);
  const kept = sandbox.at('kept');
  await copyTree(sandbox.source, kept);
  await sandbox.backup();
  await sandbox.remove('deep');
  await sandbox.write('dump.rdb', 'something else');
  await fs.chmod(sandbox.source, 0o700);
  await sandbox.backup();
  t.deepEqual(
    treeDifferences(await readTree(kept), await sandbox.restoredTree({ time: '1B' })),
    [],
  );
});

test('REPO is 0700 whatever SOURCE is, and so are the parents that it makes', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await fs.chmod(sandbox.source, 0o777);
  const repository = sandbox.at('srv/backups/redis');
  await sandbox.backup({ repository });
  const tree = await readTree(sandbox.at('srv'));
  for (const name of ['.', 'backups', 'backups/redis', 'backups/redis/redis-rewind-data']) {
    t.is(tree[name]?.mode, '0700', name);
  }
  t.is(tree['backups/redis']?.uid, process.getuid?.());
  t.is(await fs.readFile(path.join(repository, 'dump.rdb'), 'utf8'), 'x');
});

test('an empty folder becomes the repository, closed to other users', async (t) => {
  const sandbox = await createSandbox(t);
  await fs.mkdir(sandbox.repository, { mode: 0o755 });
  t.true((await sandbox.backup()).created);
  t.is((await readTree(sandbox.repository))['.']?.mode, '0700');
  t.false((await sandbox.backup()).created);
});

test('the repository holds nothing but what the format describes', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'one');
  await sandbox.backup();
  await sandbox.write('dump.rdb', 'two, which is longer');
  await sandbox.backup();
  await sandbox.write('dump.rdb', 'three');
  await sandbox.backup();
  const names = Object.keys(await readTree(sandbox.repository)).toSorted();
  const ours = (name: string): string => `redis-rewind-data/${name}`;
  t.deepEqual(
    names,
    [
      '.',
      'dump.rdb',
      'redis-rewind-data',
      ...['README', 'catalog.2.zst', 'catalog.3.zst', 'catalog.sqlite3', 'increments'].map(ours),
      ...['increments/1', 'increments/2', 'lock.sqlite3', 'reserve', 'staging'].map(ours),
      ...['staging/new', 'staging/old'].map(ours),
    ].toSorted(),
  );
});

test('hard links in SOURCE are separate files in the mirror', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'x');
  await fs.link(sandbox.inSource('dump.rdb'), sandbox.inSource('other.rdb'));
  t.is((await sandbox.backup()).newFiles, 2);
  t.is((await fs.stat(sandbox.inMirror('other.rdb'))).nlink, 1);
  t.deepEqual(treeDifferences(await readTree(sandbox.source), await sandbox.restoredTree()), []);
});

test('an unchanged SOURCE makes a snapshot that adds no increment', async (t) => {
  const sandbox = await createSandbox(t);
  await makeVariedSource(sandbox);
  await sandbox.backup();
  const report = await sandbox.backup();
  t.deepEqual(
    [report.newFiles, report.changedFiles, report.deletedFiles, report.incrementBytes],
    [0, 0, 0, 0],
  );
  t.is(sandbox.list().length, 2);
  t.deepEqual((await sandbox.verify()).problems, []);
});
