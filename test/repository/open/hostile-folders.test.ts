// A hostile repository from elsewhere: links in the place of our folders and files, and databases made to
// write or delete elsewhere. Every command refuses such a repository, and changes nothing outside it.
import test, { type ExecutionContext } from 'ava';
import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findTarget } from '../../../src/engine/watch/watch-target.js';
import { EXIT } from '../../../src/errors.js';
import { zstdCompressBuffer } from '../../../src/system/zstd/zstd.js';
import { copy, deltaOf } from '../../support/delta/delta-bytes.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { exitCode } from '../../support/program/exit-code.js';
import { isRoot } from '../../support/program/is-root.js';
import { forgeCatalog, forgeRows } from '../../support/repository/edit-catalog.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const run = promisify(execFile);

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

interface Codes {
  readonly list: number;
  readonly info: number;
  readonly watch: number;
  readonly restore: number;
  readonly verify: number;
  readonly backup: number;
  readonly repair: number;
}

/** Checks the exit code of each command, and that the victim is unchanged. */
async function tryAll(t: ExecutionContext, { sandbox, victim }: Trap): Promise<Codes> {
  const before = await readTree(victim);
  const codes = {
    list: await exitCode(() => ({ snapshots: sandbox.list() })),
    info: await exitCode(() => sandbox.info()),
    watch: await exitCode(() => findTarget(sandbox.backupRequest(), sandbox.context)),
    restore: await exitCode(async () => ({ at: await sandbox.restore({ time: '2B' }) })),
    verify: await exitCode(() => sandbox.verify()),
    backup: await exitCode(() => sandbox.backup()),
    repair: await exitCode(() => sandbox.repair()),
  };
  t.deepEqual(treeDifferences(before, await readTree(victim)), []);
  return codes;
}

const REFUSED: Codes = {
  list: EXIT.corrupt,
  info: EXIT.corrupt,
  watch: EXIT.corrupt,
  restore: EXIT.corrupt,
  verify: EXIT.corrupt,
  backup: EXIT.corrupt,
  repair: EXIT.corrupt,
};

/** What stands in the place of a folder or file of ours. Devices need root. */
const IMPOSTORS: Record<string, (trap: Trap, at: string) => Promise<unknown>> = {
  'a link to a folder': ({ victim }, at) => fs.symlink(victim, at),
  'a link to a file': ({ victim }, at) => fs.symlink(path.join(victim, 'file'), at),
  'a link to nothing': ({ victim }, at) => fs.symlink(path.join(victim, 'not-there'), at),
  'a FIFO': (_trap, at) => run('mkfifo', [at]),
  ...(isRoot ? { 'a device': (_trap, at) => run('mknod', [at, 'c', '1', '5']) } : {}),
};

const aFile = (_trap: Trap, at: string): Promise<unknown> => fs.writeFile(at, 'a file');
const aFolder = (_trap: Trap, at: string): Promise<unknown> => fs.mkdir(at);

for (const [name, wrongKind] of [
  ['', aFile],
  ['increments', aFile],
  ['staging', aFile],
  ['staging/new', aFile],
  ['staging/old', aFile],
  ['kept', aFile],
  ['lock.sqlite3', aFolder],
  ['lock.sqlite3-journal', aFolder],
  ['catalog.sqlite3-journal', aFolder],
  ['catalog.new', aFolder],
  ['catalog.new-journal', aFolder],
  ['temporary-dump', aFolder],
  ['README', aFolder],
] as const) {
  const impostors = { ...IMPOSTORS, [wrongKind === aFile ? 'a file' : 'a folder']: wrongKind };
  for (const [what, make] of Object.entries(impostors)) {
    test(`${what} in the place of redis-rewind-data/${name} is refused, and nothing outside changes`, async (t) => {
      const trap = await createTrap(t);
      const at = trap.sandbox.data(name).replace(/\/$/, '');
      await fs.rename(at, path.join(trap.sandbox.root, 'real')).catch(() => undefined);
      await make(trap, at);
      t.deepEqual(await tryAll(t, trap), REFUSED);
    });
  }
}

test('a link to our real folder in the place of the folder is refused', async (t) => {
  const trap = await createTrap(t);
  const real = path.join(trap.sandbox.root, 'real');
  await fs.rename(trap.sandbox.data(''), real);
  await fs.symlink(real, path.join(trap.sandbox.repository, 'redis-rewind-data'));
  t.deepEqual(await tryAll(t, trap), REFUSED);
});

for (const [what, make] of Object.entries({ ...IMPOSTORS, 'a folder': aFolder })) {
  test(`${what} in the place of the catalog is refused, and a repair puts a real one in its place`, async (t) => {
    const trap = await createTrap(t);
    const file = trap.sandbox.data('catalog.sqlite3');
    await fs.rm(file);
    await make(trap, file);
    t.deepEqual(await tryAll(t, trap), { ...REFUSED, repair: EXIT.done });
    t.true((await fs.lstat(file)).isFile());
  });

  test(`${what} in the place of a copy of the catalog is damage, and the next commit replaces it`, async (t) => {
    const trap = await createTrap(t);
    const { sandbox } = trap;
    const file = sandbox.data('catalog.3.zst');
    await fs.rm(file);
    await make(trap, file);
    t.is(await exitCode(() => sandbox.verify()), EXIT.corrupt);
    t.is(await exitCode(() => sandbox.repair()), EXIT.done);
    t.true((await fs.lstat(file)).isFile());
    await fs.rm(file);
    await make(trap, file);
    await sandbox.backup();
    t.is((await tryAll(t, trap)).list, EXIT.done);
  });

  test(`${what} in the place of an increment costs only what depends on it`, async (t) => {
    const trap = await createTrap(t);
    const { sandbox } = trap;
    const [name = ''] = await fs.readdir(sandbox.data('increments'));
    const file = sandbox.data(`increments/${name}`);
    await fs.rm(file);
    await make(trap, file);
    t.is(await exitCode(async () => ({ at: await sandbox.restore({ time: '2B' }) })), EXIT.corrupt);
    t.is(await exitCode(async () => ({ at: await sandbox.restore() })), EXIT.done);
    t.is(await exitCode(() => sandbox.verify()), EXIT.corrupt);
  });
}

test('a damaged lock that has another name is not emptied', async (t) => {
  const trap = await createTrap(t);
  const file = trap.sandbox.data('lock.sqlite3');
  await fs.rm(file);
  await fs.link(path.join(trap.victim, 'file'), file);
  const { backup, repair } = await tryAll(t, trap);
  t.deepEqual([backup, repair], [EXIT.corrupt, EXIT.corrupt]);
});

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
  t.deepEqual(await tryAll(t, trap), { ...REFUSED, repair: EXIT.done });
  t.true((await fs.lstat(file)).isFile());
});

test('a catalog with a write-ahead log is refused', async (t) => {
  const trap = await createTrap(t);
  const database = new Database(trap.sandbox.data('catalog.sqlite3'));
  database.pragma('journal_mode = WAL');
  database.close();
  const { list, info, restore, verify } = await tryAll(t, trap);
  t.deepEqual([list, info, restore, verify], [20, 20, 20, 20]);
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
    forgeRows(
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
  forgeRows(
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
    forgeRows(sandbox.repository, sql);
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
  t.deepEqual(codes, { ...REFUSED, repair: EXIT.done }, 'a repair takes the copy');
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
