// A hostile repository from elsewhere: links in the place of our folders and files, and databases made to
// write or delete elsewhere. Every command refuses such a repository, and changes nothing outside it.
import test, { type ExecutionContext } from 'ava';
import Database from 'better-sqlite3';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { repair } from '../../../src/engine/repair/repair.js';
import { EXIT } from '../../../src/errors.js';
import { zstdCompressBuffer } from '../../../src/system/zstd/zstd.js';
import { copy, deltaOf } from '../../support/delta/delta-bytes.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { exitCode } from '../../support/program/exit-code.js';
import { forgeCatalog, runSql } from '../../support/repository/edit-catalog.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

interface Trap {
  readonly sandbox: Sandbox;
  /** A folder outside the repository. */
  readonly victim: string;
}

async function createTrap(t: ExecutionContext): Promise<Trap> {
  const sandbox = await createSandbox(t);
  for (const content of ['one', 'two', 'three']) {
    await sandbox.write('dump.rdb', `${content} ${'the dump '.repeat(200)}`);
    await sandbox.write('folder/file', content);
    await sandbox.backup();
  }
  const victim = sandbox.at('victim');
  await fs.mkdir(path.join(victim, 'folder'), { recursive: true });
  for (const name of ['file', '7', 'folder/file', 'new']) {
    await fs.writeFile(path.join(victim, name), 'must stay', { mode: 0o600 });
  }
  return { sandbox, victim };
}

/** Checks the exit code of each command, and that the victim is unchanged. */
async function tryAll(t: ExecutionContext, { sandbox, victim }: Trap): Promise<number[]> {
  const before = await readTree(victim);
  const listed = (): object => {
    sandbox.list();
    return {};
  };
  const restored = async (time: string): Promise<object> => ({
    at: await sandbox.restore({ time }),
  });
  const codes = [
    await exitCode(listed),
    await exitCode(() => restored('2B')),
    await exitCode(() => sandbox.verify()),
    await exitCode(() => sandbox.backup()),
    await exitCode(() =>
      repair({ repository: sandbox.repositoryPath, source: null, waitLockMs: 0 }, sandbox.context),
    ),
  ];
  t.deepEqual(treeDifferences(before, await readTree(victim)), []);
  return codes;
}

const REFUSED = Array.from({ length: 5 }, () => EXIT.corrupt);

for (const name of ['', 'increments', 'staging', 'staging/new', 'staging/old']) {
  test(`a link in the place of redis-rewind-data/${name} is refused, and nothing behind it changes`, async (t) => {
    const trap = await createTrap(t);
    const folder = trap.sandbox.data(name).replace(/\/$/, '');
    await fs.rename(folder, path.join(trap.sandbox.root, 'real'));
    await fs.symlink(name === '' ? path.join(trap.sandbox.root, 'real') : trap.victim, folder);
    t.deepEqual(await tryAll(t, trap), REFUSED);
  });
}

for (const name of ['lock.sqlite3', 'catalog.sqlite3-journal', 'lock.sqlite3-journal']) {
  for (const target of ['victim/file', 'victim/not-there']) {
    test(`a link to ${target} in the place of ${name} is refused`, async (t) => {
      const trap = await createTrap(t);
      await fs.rm(trap.sandbox.data(name), { force: true });
      await fs.symlink(path.join(trap.sandbox.root, target), trap.sandbox.data(name));
      t.deepEqual(await tryAll(t, trap), REFUSED);
    });
  }
}

for (const suffix of ['-wal', '-shm']) {
  test(`a file catalog.sqlite3${suffix} is refused`, async (t) => {
    const trap = await createTrap(t);
    const file = trap.sandbox.data(`catalog.sqlite3${suffix}`);
    await fs.symlink(path.join(trap.victim, 'not-there'), file);
    t.deepEqual(await tryAll(t, trap), REFUSED);
  });
}

test('a catalog that is a link is refused, and a repair puts a real one in its place', async (t) => {
  const trap = await createTrap(t);
  const file = trap.sandbox.data('catalog.sqlite3');
  await fs.rename(file, path.join(trap.victim, 'catalog'));
  await fs.symlink(path.join(trap.victim, 'catalog'), file);
  t.deepEqual(await tryAll(t, trap), [...REFUSED.slice(0, 4), EXIT.done]);
  t.true((await fs.lstat(file)).isFile());
});

test('a catalog with a write-ahead log is refused', async (t) => {
  const trap = await createTrap(t);
  const database = new Database(trap.sandbox.data('catalog.sqlite3'));
  database.pragma('journal_mode = WAL');
  database.close();
  const [list, restore, verify] = await tryAll(t, trap);
  t.deepEqual([list, restore, verify], REFUSED.slice(0, 3));
});

test('a journal that names a file for SQLite to delete is refused', async (t) => {
  const trap = await createTrap(t);
  const catalog = trap.sandbox.data('catalog.sqlite3');
  // A real journal, copied during a transaction, with the name of another file added at its end.
  const database = new Database(catalog);
  database.pragma('cache_size = 1');
  database.exec(
    'BEGIN; UPDATE version SET mtime_ns = 1; UPDATE snapshot SET notes = hex(zeroblob(9000))',
  );
  const journal = await fs.readFile(`${catalog}-journal`);
  database.exec('ROLLBACK');
  database.close();
  const name = Buffer.from(path.join(trap.victim, 'file'));
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(name.length, 0);
  numbers.writeUInt32BE(
    name.reduce((sum, byte) => sum + byte, 0),
    4,
  );
  const page = Buffer.from('7fffffff', 'hex');
  const magic = Buffer.from('d9d505f920a163d7', 'hex');
  await fs.writeFile(`${catalog}-journal`, Buffer.concat([journal, page, name, numbers, magic]));
  t.deepEqual(await tryAll(t, trap), REFUSED);
});

test('where a link replaces a mirror file, the mode of the target of the link does not change', async (t) => {
  const trap = await createTrap(t);
  const { sandbox, victim } = trap;
  await fs.rm(sandbox.inMirror('folder/file'));
  await fs.symlink(path.join(victim, 'file'), sandbox.inMirror('folder/file'));
  forgeCatalog(
    sandbox.repository,
    "UPDATE version SET mode = 511 WHERE path = CAST('folder/file' AS BLOB)",
  );
  for (const kind of ['set-metadata', 'sync']) {
    runSql(
      sandbox.repository,
      'INSERT INTO owed_operation (kind, path, staged) VALUES (?, ?, NULL)',
      kind,
      Buffer.from('folder/file'),
    );
  }
  const before = await readTree(victim);
  await sandbox.backup();
  t.deepEqual(treeDifferences(before, await readTree(victim)), []);
});

/** Replaces the bytes of an increment, and makes its row agree with them. */
async function forgeIncrement({ sandbox }: Trap, plain: Buffer, plainBytes: number): Promise<void> {
  const [name = ''] = await fs.readdir(sandbox.data('increments'));
  await fs.writeFile(sandbox.data(`increments/${name}`), await zstdCompressBuffer(plain, 3));
  runSql(
    sandbox.repository,
    'UPDATE increment SET plain_bytes = ?, kind = 2, basis = (SELECT max(content) FROM version WHERE last_snapshot IS NULL) WHERE id = ?',
    plainBytes,
    Number(name),
  );
}

for (const [what, plain, plainBytes] of [
  ['expands without end', Buffer.alloc(50_000_000), 100],
  ['expands to what it says, without end', Buffer.alloc(50_000_000), 50_000_000],
  ['copies beyond its basis', deltaOf(copy(0, 1_000_000)), 9],
  ['copies from far beyond', deltaOf(copy(2 ** 40, 100)), 10],
  [
    'makes a result without end',
    deltaOf(...Array.from({ length: 5000 }, () => copy(0, 3))),
    15_005,
  ],
] as const) {
  test(`an increment that ${what} is refused, and everything else restores`, async (t) => {
    const trap = await createTrap(t);
    await forgeIncrement(trap, plain, plainBytes);
    const { sandbox } = trap;
    t.is(await exitCode(async () => ({ at: await sandbox.restore({ time: '2B' }) })), EXIT.corrupt);
    t.is(await exitCode(async () => ({ at: await sandbox.restore() })), EXIT.done);
    t.is(await exitCode(() => sandbox.verify()), EXIT.corrupt);
  });
}

for (const [what, sql] of [
  ['negative plain_bytes', 'UPDATE increment SET plain_bytes = -1'],
  ['an increment of its own result', 'UPDATE increment SET kind = 2, basis = result'],
  ['a size beyond all measure', 'UPDATE increment SET plain_bytes = 9223372036854775807'],
] as const) {
  test(`a catalog with ${what} loses only what depends on it`, async (t) => {
    const { sandbox } = await createTrap(t);
    runSql(sandbox.repository, sql);
    t.is(await exitCode(async () => ({ at: await sandbox.restore({ time: '2B' }) })), EXIT.corrupt);
    t.is(await exitCode(async () => ({ at: await sandbox.restore() })), EXIT.done);
    t.is(await exitCode(() => sandbox.verify()), EXIT.corrupt);
  });
}

test('a virtual table in a catalog is refused', async (t) => {
  const trap = await createTrap(t);
  const database = new Database(trap.sandbox.data('catalog.sqlite3'));
  database.exec('CREATE VIRTUAL TABLE trap USING fts5(x)');
  database.close();
  const codes = await tryAll(t, trap);
  t.deepEqual(codes, [...REFUSED.slice(0, 4), EXIT.done], 'a repair takes the copy');
});

test('a snapshot with two entries of one path is refused, and the other snapshots restore', async (t) => {
  const { sandbox } = await createTrap(t);
  forgeCatalog(
    sandbox.repository,
    "UPDATE version SET last_snapshot = 2 WHERE path = CAST('dump.rdb' AS BLOB) AND first_snapshot = 1",
  );
  const codes = [];
  for (const time of ['2B', '1B', 'now']) {
    codes.push(await exitCode(async () => ({ at: await sandbox.restore({ time }) })));
  }
  t.deepEqual(codes, [EXIT.done, EXIT.corrupt, EXIT.done]);
  const { problems } = await sandbox.verify();
  t.deepEqual(
    problems.map(({ kind, snapshots }) => [kind, ...snapshots]),
    [['catalog', 2]],
  );
});
