import test from 'ava';
import Database from 'better-sqlite3';
import * as fs from 'node:fs';
import path from 'node:path';
import { Catalog } from '../../src/catalog/catalog.js';
import { FORMAT_VERSION } from '../../src/catalog/schema.js';
import type { NewVersion, Snapshot, SourceState } from '../../src/catalog/records.js';
import { pathFromBytes, pathFromText } from '../../src/system/files/byte-path.js';
import { type TeardownContext, temporaryDirectory } from '../support/files/temporary-directory.js';

const UUID = '8d2c3b6e-5f13-4f0e-9c35-0a1b2c3d4e5f';

interface Made {
  readonly file: string;
  readonly catalog: Catalog;
}

async function createCatalog(t: TeardownContext): Promise<Made> {
  const file = path.join(await temporaryDirectory(t), 'catalog.sqlite3');
  fs.writeFileSync(file, '');
  Catalog.create(pathFromText(file), UUID, 1_795_312_800);
  const catalog = Catalog.open(pathFromText(file), { readOnly: false });
  t.teardown(async () => catalog.close());
  return { file, catalog };
}

function snapshot(id: number): Snapshot {
  return {
    id,
    timeSeconds: 1_795_312_800 + id,
    host: 'host',
    source: pathFromText('/var/lib/redis'),
    program: 'redis-rewind test',
    files: 1,
    sourceBytes: 10,
    newFiles: 1,
    changedFiles: 0,
    deletedFiles: 0,
    incrementBytes: 0,
    addedBytes: 0,
    notesJson: '[]',
    serverJson: null,
    digest: Buffer.alloc(32, id),
  };
}

function directory(name: string): NewVersion {
  return {
    path: pathFromText(name),
    type: 'directory',
    mode: 0o2750,
    uid: 106,
    gid: 4_294_967_294,
    ownerName: 'redis',
    groupName: null,
    mtimeNs: -1_700_000_000_123_456_789n,
    contentId: null,
    linkTarget: null,
    isStale: false,
  };
}

test('a catalog has a journal only during a transaction, and waits for the disk', async (t) => {
  const { file, catalog } = await createCatalog(t);
  const settings = { journalMode: 'delete', synchronous: 3 };
  t.deepEqual(catalog.durability(), settings);
  catalog.write(() => {
    catalog.snapshots.insert(snapshot(1));
    t.deepEqual(catalog.durability(), settings);
    t.deepEqual(fs.readdirSync(path.dirname(file)).toSorted(), [
      'catalog.sqlite3',
      'catalog.sqlite3-journal',
    ]);
  });
  t.deepEqual(fs.readdirSync(path.dirname(file)), ['catalog.sqlite3']);
  const reader = Catalog.open(pathFromText(file), { readOnly: true });
  t.deepEqual(reader.durability(), settings);
  reader.close();
});

test('a new catalog has the identity of its format, and one row', async (t) => {
  const { file, catalog } = await createCatalog(t);
  t.deepEqual(catalog.repository.get(), {
    uuid: UUID,
    createdAtSeconds: 1_795_312_800,
    generation: 0,
  });
  t.is(catalog.snapshots.newest(), null);
  t.is(catalog.sizeBytes(), fs.statSync(file).size);
  t.deepEqual(catalog.integrityProblems(), []);
  const raw = new Database(file, { readonly: true });
  t.is(raw.pragma('application_id', { simple: true }), 0x52527764);
  t.is(raw.pragma('user_version', { simple: true }), FORMAT_VERSION);
  raw.close();
});

test('each write raises the generation; a failed write changes nothing', async (t) => {
  const { catalog } = await createCatalog(t);
  catalog.write(() => catalog.snapshots.insert(snapshot(1)));
  t.is(catalog.repository.get()?.generation, 1);
  const failure = new Error('changed its mind');
  const thrown = t.throws(() =>
    catalog.write(() => {
      catalog.snapshots.insert(snapshot(2));
      catalog.versions.insert(directory('a'), 2);
      throw failure;
    }),
  );
  t.is(thrown, failure);
  t.deepEqual(catalog.snapshots.list(), [snapshot(1)]);
  t.deepEqual(catalog.versions.listAll(), []);
  t.is(catalog.repository.get()?.generation, 1);
});

test('one read transaction sees one state', async (t) => {
  const { file, catalog } = await createCatalog(t);
  const reader = Catalog.open(pathFromText(file), { readOnly: true });
  reader.read(() => {
    t.is(reader.snapshots.list().length, 0);
    const writer = new Database(file, { timeout: 0 });
    const error = t.throws(() => writer.exec('UPDATE repository SET generation = 7'), {
      any: true,
    });
    t.is((error as { readonly code?: unknown } | undefined)?.code, 'SQLITE_BUSY');
    writer.close();
    t.is(reader.repository.get()?.generation, 0);
  });
  reader.close();
  catalog.write(() => catalog.snapshots.insert(snapshot(1)));
  t.is(catalog.snapshots.list().length, 1);
});

test('a version is valid from its first to its last snapshot, and every field comes back', async (t) => {
  const { catalog } = await createCatalog(t);
  catalog.write(() => {
    for (const id of [1, 2, 3]) catalog.snapshots.insert(snapshot(id));
    catalog.versions.insert(directory('a'), 1);
    for (const { id } of catalog.versions.listNewest()) catalog.versions.end(id, 2);
    catalog.versions.insert({ ...directory('a'), mode: 0o700 }, 3);
    catalog.versions.insert(directory('a/b'), 2);
    const contentId = catalog.versions.ensureContent(Buffer.alloc(32, 9), 2 ** 40);
    t.is(catalog.versions.ensureContent(Buffer.alloc(32, 9), 2 ** 40), contentId);
    catalog.versions.insert({ ...directory('a.file'), type: 'file', contentId, isStale: true }, 1);
  });
  const at = (id: number): unknown[] =>
    catalog.versions.listAt(id).map(({ path: name, mode }) => [name, mode]);
  t.deepEqual(at(1), [
    ['a', 0o2750],
    ['a.file', 0o2750],
  ]);
  t.deepEqual(at(2), [
    ['a', 0o2750],
    ['a.file', 0o2750],
    ['a/b', 0o2750],
  ]);
  t.deepEqual(at(3)[0], ['a', 0o700]);
  const [first, file] = catalog.versions.listAt(1);
  const { contentId: _, ...expected } = directory('a');
  t.like(first, { ...expected, firstSnapshot: 1, lastSnapshot: 2, content: null });
  t.like(file, { type: 'file', isStale: true, content: { sizeBytes: 2 ** 40 } });
  t.true(catalog.versions.everExisted(pathFromText('a')));
  t.false(catalog.versions.everExisted(pathFromText('a.')));
});

test('ids of snapshots and increments are never reused', async (t) => {
  const { catalog } = await createCatalog(t);
  const increment = (id: number, resultId: number) => ({
    id,
    kind: 'full' as const,
    resultId,
    basisId: null,
    resultSha256: Buffer.alloc(32, 1),
    resultBytes: 1,
    plainBytes: 1,
    storedBytes: 1,
    storedSha256: Buffer.alloc(32, 2),
  });
  t.is(catalog.increments.nextId(), 1);
  catalog.write(() => {
    const content = catalog.versions.ensureContent(Buffer.alloc(32, 1), 1);
    catalog.increments.insert(increment(5, content));
    t.deepEqual(catalog.increments.findByResult(content), increment(5, content));
    catalog.increments.delete(5);
  });
  t.is(catalog.increments.nextId(), 6);
  catalog.write(() => catalog.snapshots.insert(snapshot(3)));
  t.is(catalog.snapshots.nextId(), 4);
});

test('the longest chain on a content ends at a full copy, which begins another chain', async (t) => {
  const { catalog } = await createCatalog(t);
  catalog.write(() => {
    const contents = Array.from({ length: 8 }, (_, index) =>
      catalog.versions.ensureContent(Buffer.alloc(32, index + 1), 1),
    );
    let id = 0;
    const add = (basis: number | null, result: number, plainBytes: number): void => {
      id += 1;
      catalog.increments.insert({
        id,
        kind: basis === null ? 'full' : 'delta',
        resultId: contents[result] as number,
        basisId: basis === null ? null : (contents[basis] as number),
        resultSha256: Buffer.alloc(32, 1),
        resultBytes: 1,
        plainBytes,
        storedBytes: 1,
        storedSha256: Buffer.alloc(32, 2),
      });
    };
    const longest = (index: number): number =>
      catalog.increments.longestChainBytes(contents[index] as number);
    t.is(longest(0), 0);
    add(0, 1, 10);
    add(1, 2, 100);
    add(1, 3, 20);
    add(3, 4, 30);
    t.is(longest(0), 110);
    add(4, 5, 2 ** 40);
    t.is(longest(0), 60 + 2 ** 40);
    t.is(longest(2), 0);
    // Contents older than a full copy are built on the full copy.
    add(null, 6, 5000);
    add(6, 7, 9);
    t.is(longest(0), 60 + 2 ** 40);
    t.is(longest(6), 9);
  });
});

test('a chain that runs in a circle still has a length', async (t) => {
  const { catalog } = await createCatalog(t);
  catalog.write(() => {
    const [first = 0, second = 0] = [1, 2].map((index) =>
      catalog.versions.ensureContent(Buffer.alloc(32, index), 1),
    );
    for (const [id, basisId, resultId] of [
      [1, first, second],
      [2, second, first],
    ] as const) {
      catalog.increments.insert({
        id,
        kind: 'delta',
        resultId,
        basisId,
        resultSha256: Buffer.alloc(32, 1),
        resultBytes: 1,
        plainBytes: 7,
        storedBytes: 1,
        storedSha256: Buffer.alloc(32, 2),
      });
    }
    t.is(catalog.increments.longestChainBytes(first), 7);
  });
});

test('a path has at most one newest version', async (t) => {
  const { catalog } = await createCatalog(t);
  catalog.write(() => catalog.snapshots.insert(snapshot(1)));
  const insertTwice = (): void => {
    catalog.versions.insert(directory('a'), 1);
    catalog.versions.insert(directory('a'), 1);
  };
  t.throws(() => catalog.write(insertTwice), { any: true });
  t.deepEqual(catalog.versions.listNewest(), []);
});

test('device and inode numbers keep all 64 bits, and paths keep all bytes', async (t) => {
  const { catalog } = await createCatalog(t);
  const state: SourceState = {
    path: pathFromBytes(Buffer.from([0x64, 0xff, 0x0a, 0x80])),
    device: 0xffff_ffff_ffff_fffen,
    inode: 0x8000_0000_0000_0000n,
    sizeBytes: 2n ** 62n,
    mtimeNs: -5n,
    ctimeNs: 1_795_312_800_999_999_999n,
    isSettled: true,
  };
  catalog.write(() => catalog.sourceStates.put(state));
  t.deepEqual(catalog.sourceStates.list(), [state]);
  catalog.write(() => catalog.sourceStates.put({ ...state, isSettled: false }));
  t.deepEqual(catalog.sourceStates.list(), [{ ...state, isSettled: false }]);
  catalog.write(() => catalog.sourceStates.delete(state.path));
  t.deepEqual(catalog.sourceStates.list(), []);
});

test('a copy of a catalog opens like the catalog itself', async (t) => {
  const { file, catalog } = await createCatalog(t);
  catalog.write(() => catalog.snapshots.insert(snapshot(1)));
  const copy = `${file}.copy`;
  fs.writeFileSync(copy, catalog.serialize());
  const opened = Catalog.open(pathFromText(copy), { readOnly: true });
  t.deepEqual(opened.snapshots.list(), catalog.snapshots.list());
  opened.close();
});
