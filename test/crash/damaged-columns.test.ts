// Every column of every table of the catalog with values that no backup writes, as in a repository from
// elsewhere, under digests that are right. Each command ends with exit 20 or does what it can: none ends as
// a defect of the program, and a backup that is refused has written nothing.
import * as fs from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { listChangedSince, listFiles } from '../../src/engine/inspect/list.js';
import { EXIT, RewindError } from '../../src/errors.js';
import { readTree, treeDifferences } from '../support/files/directory-tree.js';
import { memoryDirectory } from '../support/files/temporary-directory.js';
import { exitCode } from '../support/program/exit-code.js';
import { writeRdb } from '../support/redis/data/rdb-writer.js';
import { forgeCatalog, forgeRows } from '../support/repository/edit-catalog.js';
import { type StoredValue, forgeCell, listCells } from '../support/repository/forge-cell.js';
import { Sandbox } from '../support/sandbox/sandbox.js';

const LARGEST = 2n ** 63n - 1n;
const NO_NUMBERS: readonly StoredValue[] = [null, 'text', 1.5];

/** Values that no column of a kind may hold. */
const BAD = {
  /** SQLite itself keeps everything but integers out. */
  key: [-1n, 0n, LARGEST],
  id: [...NO_NUMBERS, -1n, 0n, 2n ** 53n, LARGEST],
  idOrNull: ['text', 1.5, -1n, 0n, LARGEST],
  count: [...NO_NUMBERS, -1n, 2n ** 53n, LARGEST, -LARGEST],
  bytesAdded: [...NO_NUMBERS, 2n ** 53n, -LARGEST],
  seconds: [...NO_NUMBERS, 8_640_000_000_000n, -8_640_000_000_000n, 2n ** 53n, LARGEST],
  secondsOrNull: ['text', 1.5, 8_640_000_000_000n, -LARGEST],
  any64: NO_NUMBERS,
  mode: [...NO_NUMBERS, -1n, 0o10000n, LARGEST],
  owner: [...NO_NUMBERS, -1n, 2n ** 32n - 1n, 2n ** 32n, LARGEST],
  oneOrTwo: [...NO_NUMBERS, -1n, 0n, 3n],
  type: [...NO_NUMBERS, -1n, 0n, 2n, 3n, 4n],
  flag: [...NO_NUMBERS, -1n, 2n, LARGEST],
  flagOrNull: ['text', 1.5, -1n, 2n],
  text: [null, 1n, 1.5, Buffer.from('bytes')],
  textOrNull: [1n, 1.5, Buffer.from('bytes')],
  word: [null, 1n, '', 'text'],
  tag: [1n, '', 'a b', '../a', Buffer.from('a')],
  json: [null, 1n, '', '{}', '[{}]', 'null', '[', '"text"', Buffer.from('[]')],
  path: [
    null,
    1n,
    'text',
    ...['../victim', '/victim', 'a//b', '.', 'a\0b', 'dump.rdb/x'].map(bytes),
  ],
  bytes: [null, 1n, 'text'],
  /** SQLite itself keeps NULL out. */
  keyOfTwo: ['text', 1.5, -1n, 0n, 2n ** 53n, LARGEST],
  pathKey: [1n, 'text'],
  nameKey: [1n, '', 'text'],
  unread: [],
  target: [1n, 'text', bytes(''), bytes('a\0b')],
  staged: [null, 1n, Buffer.from('new/1')],
  digest: [null, 1n, 'text', Buffer.alloc(0), Buffer.alloc(31), Buffer.alloc(33)],
} as const satisfies Record<string, readonly StoredValue[]>;

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Every column, by its table. */
const COLUMNS: Record<string, Record<string, keyof typeof BAD>> = {
  alarm: { snapshot: 'key', reasons: 'json', confirmed_at: 'secondsOrNull', digest: 'digest' },
  content: { id: 'key', sha256: 'digest', size: 'count' },
  content_check: { content: 'key', checked_at: 'seconds', whole: 'flag' },
  examination: {
    content: 'key',
    loads: 'flagOrNull',
    problem: 'textOrNull',
    found: 'json',
    digest: 'digest',
  },
  increment: {
    id: 'key',
    kind: 'oneOrTwo',
    result: 'id',
    basis: 'idOrNull',
    result_sha256: 'digest',
    result_size: 'count',
    plain_bytes: 'count',
    stored_bytes: 'count',
    stored_sha256: 'digest',
  },
  mark: { snapshot: 'key', pinned: 'flag', note: 'textOrNull', digest: 'digest' },
  owed_operation: { position: 'key', kind: 'word', path: 'bytes', staged: 'staged' },
  repository: { id: 'key', uuid: 'text', created_at: 'seconds', generation: 'count' },
  server: { snapshot: 'key', said: 'json' },
  snapshot: {
    id: 'key',
    time: 'seconds',
    host: 'text',
    source: 'bytes',
    program: 'text',
    files: 'count',
    source_bytes: 'count',
    new_files: 'count',
    changed_files: 'count',
    deleted_files: 'count',
    increment_bytes: 'count',
    added_bytes: 'bytesAdded',
    notes: 'json',
    digest: 'digest',
  },
  source_state: {
    path: 'pathKey',
    device: 'any64',
    inode: 'any64',
    size: 'any64',
    mtime_ns: 'any64',
    ctime_ns: 'any64',
    settled: 'flag',
  },
  sqlite_sequence: { name: 'unread', seq: 'count' },
  table_digest: { name: 'nameKey', digest: 'digest' },
  tag: { snapshot: 'keyOfTwo', name: 'tag', digest: 'digest' },
  verification: {
    id: 'key',
    mode: 'word',
    snapshot: 'idOrNull',
    round_started_at: 'seconds',
    started_at: 'seconds',
    finished_at: 'seconds',
    problems: 'count',
    contents: 'count',
    bytes: 'count',
    contents_left: 'count',
    bytes_left: 'count',
  },
  version: {
    id: 'key',
    path: 'path',
    first_snapshot: 'id',
    last_snapshot: 'idOrNull',
    type: 'type',
    mode: 'mode',
    uid: 'owner',
    gid: 'owner',
    owner_name: 'textOrNull',
    group_name: 'textOrNull',
    mtime_ns: 'any64',
    content: 'id',
    link_target: 'target',
    flags: 'flag',
  },
};

const SAID =
  '{"product":"redis","version":"7.0.15","runId":"ca13","role":"primary","replicationOffset":0,"databases":[],"usedMemoryBytes":null,"maxmemoryPolicy":null,"save":"none","dumpTime":null,"aof":null}';

/** A repository with a row in every table. */
async function createFull(t: ExecutionContext, owes: boolean): Promise<Sandbox> {
  const sandbox = new Sandbox(await memoryDirectory(t), { examines: true });
  await fs.mkdir(sandbox.source);
  await fs.symlink('folder', sandbox.inSource('link'));
  for (const text of ['one', 'two', 'three']) {
    const value = { type: 'string', text: text.repeat(100) } as const;
    await sandbox.write('dump.rdb', writeRdb([{ database: 0, key: 'text', value }]));
    await sandbox.write('folder/file', text);
    await sandbox.backup();
  }
  await sandbox.verify();
  await sandbox.remark(2, { kind: 'pin', note: 'a note' });
  await sandbox.remark(2, { kind: 'tag', name: 'a-name' });
  const { repository } = sandbox;
  forgeCatalog(repository, 'INSERT INTO server (snapshot, said) VALUES (3, ?)', SAID);
  const owe =
    "INSERT INTO owed_operation (position, kind, path, staged) VALUES (1, 'place', ?, 'new/1')";
  if (owes) forgeRows(repository, owe, Buffer.from('dump.rdb'));
  return sandbox;
}

const READERS: Record<string, (sandbox: Sandbox) => object | Promise<object>> = {
  list: (sandbox) => ({ snapshots: sandbox.list() }),
  'list --files': (sandbox) =>
    listFiles({ repository: sandbox.repositoryPath, time: 'now' }, sandbox.context),
  'list --changed-since': (sandbox) =>
    listChangedSince({ repository: sandbox.repositoryPath, time: '1B' }, sandbox.context),
  info: (sandbox) => sandbox.info(),
  'restore -r 1B': async (sandbox) => ({ report: await sandbox.restore({ time: '1B' }) }),
  restore: async (sandbox) => ({ report: await sandbox.restore() }),
  verify: (sandbox) => sandbox.verify(),
};

function show(value: StoredValue): string {
  return Buffer.isBuffer(value) ? `x'${value.toString('hex')}'` : `${typeof value} ${value}`;
}

for (const [table, columns] of Object.entries(COLUMNS)) {
  test(`no command trusts a value of the table ${table}`, async (t) => {
    t.timeout(600_000);
    const sandbox = await createFull(t, table === 'owed_operation');
    t.deepEqual(
      listCells(sandbox.repository).flatMap((cell) => (cell.table === table ? [cell.column] : [])),
      Object.keys(columns),
      'the table of this test has every column',
    );
    for (const [column, kind] of Object.entries(columns)) {
      for (const value of BAD[kind]) {
        await tryValue(t, sandbox, { table, column }, value);
      }
    }
  });
}

async function tryValue(
  t: ExecutionContext,
  sandbox: Sandbox,
  cell: { readonly table: string; readonly column: string },
  value: StoredValue,
): Promise<void> {
  const title = `${cell.table}.${cell.column} = ${show(value)}`;
  const copy = sandbox.withRepository(sandbox.at('copy'));
  await fs.cp(sandbox.repository, copy.repository, { recursive: true, preserveTimestamps: true });
  forgeCell(copy.repository, cell, value);
  const codes: Record<string, number | string> = {};
  for (const [name, run] of Object.entries(READERS)) codes[name] = await endOf(() => run(copy));
  const before = await readTree(copy.repository);
  codes['backup'] = await endOf(() => copy.backup());
  if (codes['backup'] === EXIT.corrupt) {
    // Journals are made and deleted, and staging is emptied.
    const changes = treeDifferences(before, await readTree(copy.repository));
    const isOfFolder = /^redis-rewind-data(?:\/staging\/new)?: mtimeNs /;
    t.deepEqual(
      changes.filter((change) => !isOfFolder.test(change)),
      [],
      title,
    );
  }
  codes['repair'] = await endOf(() => copy.repair());
  const odd = Object.entries(codes).filter(([, code]) => !ENDS.includes(code));
  t.deepEqual(odd, [], title);
  t.is(codes['verify'], EXIT.corrupt, title);
  await fs.rm(copy.repository, { recursive: true });
}

const ENDS: readonly (number | string)[] = [EXIT.done, EXIT.needsALook, EXIT.corrupt];

async function endOf(run: () => object | Promise<object>): Promise<number | string> {
  try {
    return await exitCode(run);
  } catch (error) {
    return error instanceof RewindError ? error.exitCode : String(error);
  }
}
