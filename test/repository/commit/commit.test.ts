import test, { type ExecutionContext } from 'ava';
import * as fs from 'node:fs/promises';
import { Catalog } from '../../../src/catalog/catalog.js';
import { CorruptError, SystemError } from '../../../src/errors.js';
import { type CommitPlan, commitSnapshot } from '../../../src/repository/commit/commit.js';
import { catalogPath } from '../../../src/repository/layout.js';
import type { LocalRepository } from '../../../src/repository/local-repository.js';
import { openForWriting } from '../../../src/repository/open/open-repository.js';
import type { WritableRepository } from '../../../src/repository/repository.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { zstdDecompressBuffer } from '../../../src/system/zstd/zstd.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** A snapshot of an empty folder. */
const PLAN: CommitPlan = {
  snapshot: {
    timeSeconds: 1_795_312_800,
    host: 'host',
    source: pathFromText('/var/lib/redis'),
    program: 'redis-rewind test',
    files: 0,
    sourceBytes: 0,
    newFiles: 0,
    changedFiles: 0,
    deletedFiles: 0,
    notes: [],
    server: null,
  },
  ended: [],
  added: [
    {
      path: pathFromText(''),
      type: 'directory',
      mode: 0o755,
      uid: 0,
      gid: 0,
      ownerName: null,
      groupName: null,
      mtimeNs: 0n,
      content: null,
      linkTarget: null,
      isStale: false,
    },
  ],
  increments: [],
  examinations: [],
  operations: [],
  tags: [],
  alarm: null,
  sourceStates: [],
  forgottenStates: [],
};

async function openWriter(sandbox: Sandbox): Promise<WritableRepository> {
  const { fileSystem, clock, uid } = sandbox.context;
  return openForWriting(fileSystem, sandbox.repositoryPath, {
    create: true,
    waitLockMs: 0,
    checkpoint: uninterrupted,
    clock,
    actingUid: uid,
  });
}

/** The same repository, with a catalog whose method `write` is replaced. */
function withWrite(
  t: ExecutionContext,
  { fileSystem, path }: WritableRepository,
  write: (catalog: Catalog, change: () => unknown) => unknown,
): LocalRepository {
  const opened = Catalog.open(catalogPath(path), { readOnly: false });
  t.teardown(() => opened.close());
  const catalog = new Proxy(opened, {
    get(target, name) {
      if (name === 'write') return (change: () => unknown) => write(target, change);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { fileSystem, path, catalog };
}

const failure = new SystemError({
  operation: 'write',
  object: 'catalog.sqlite3',
  path: pathFromText('catalog.sqlite3'),
  errno: 'EIO',
  reason: 'input/output error',
});

test('a commit that reports a failure after everything was written is found to be made', async (t) => {
  const sandbox = await createSandbox(t);
  const repository = await openWriter(sandbox);
  const lying = withWrite(t, repository, (catalog, change) => {
    catalog.write(change);
    throw failure;
  });
  const snapshot = commitSnapshot(lying, PLAN);
  t.is(snapshot.id, 1);
  repository.close();
  t.deepEqual(
    sandbox.list().map(({ id }) => id),
    [1],
  );
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a commit that fails before its transaction is durable throws, and makes no snapshot', async (t) => {
  const sandbox = await createSandbox(t);
  const repository = await openWriter(sandbox);
  const failing = withWrite(t, repository, (catalog, change) =>
    catalog.write(() => {
      change();
      throw failure;
    }),
  );
  t.is(
    t.throws(() => commitSnapshot(failing, PLAN)),
    failure,
  );
  t.is((await repository.commit(PLAN)).id, 1, 'the id was not used');
  repository.close();
});

test('a commit after which another snapshot is the newest is not reported as made', async (t) => {
  const sandbox = await createSandbox(t);
  const repository = await openWriter(sandbox);
  const first = await repository.commit(PLAN);
  const later = { ...PLAN, snapshot: { ...PLAN.snapshot, timeSeconds: first.timeSeconds + 60 } };
  const losing = withWrite(t, repository, (catalog, change) => {
    let result: unknown;
    try {
      catalog.write(() => {
        result = change();
        throw failure;
      });
    } catch {
      // Nothing was written, and nothing is said of it.
    }
    return result;
  });
  t.throws(() => commitSnapshot(losing, { ...later, added: [] }), {
    instanceOf: CorruptError,
    message: /its newest snapshot is not 2/,
  });
  const failing = withWrite(t, repository, () => {
    throw failure;
  });
  t.is(
    t.throws(() => commitSnapshot(failing, { ...later, added: [] })),
    failure,
    'an older snapshot is not taken for the new one',
  );
  repository.close();
});

test('each commit leaves a copy of its catalog, and the last two copies are kept', async (t) => {
  const sandbox = await createSandbox(t);
  for (const content of ['one', 'two', 'three', 'four']) {
    await sandbox.write('dump.rdb', content);
    await sandbox.backup();
  }
  const names = (await fs.readdir(sandbox.data(''))).filter((name) => name.endsWith('.zst'));
  t.deepEqual(names.toSorted(), ['catalog.3.zst', 'catalog.4.zst']);
  for (const id of [3, 4]) {
    const compressed = await fs.readFile(sandbox.data(`catalog.${id}.zst`));
    const file = `${sandbox.root}/catalog-${id}`;
    await fs.writeFile(file, await zstdDecompressBuffer(compressed, 1 << 24));
    const copy = Catalog.open(pathFromText(file), { readOnly: true });
    t.is(copy.snapshots.newest()?.id, id);
    t.deepEqual(copy.owed.list(), []);
    t.deepEqual(copy.integrityProblems(), []);
    copy.close();
  }
  t.deepEqual(
    await fs.readFile(`${sandbox.root}/catalog-4`),
    await fs.readFile(sandbox.data('catalog.sqlite3')),
  );
});

test('the added bytes of a snapshot are its increments and the growth of the catalog', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', Buffer.alloc(50_000, 'a'));
  const first = await sandbox.backup();
  await sandbox.write('dump.rdb', Buffer.alloc(50_000, 'b'));
  const second = await sandbox.backup();
  const increment = (await fs.stat(sandbox.data('increments/1'))).size;
  t.is(first.incrementBytes, 0);
  t.is(second.incrementBytes, increment);
  const catalog = (await fs.stat(sandbox.data('catalog.sqlite3'))).size;
  t.is(first.snapshot.addedBytes + second.snapshot.addedBytes, catalog + increment);
  t.deepEqual(
    [second.newFiles, second.changedFiles, second.deletedFiles, second.snapshot.sourceBytes],
    [0, 1, 0, 50_000],
  );
});
