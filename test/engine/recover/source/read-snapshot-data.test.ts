// What a recovery finds in a snapshot: the dump and the AOF of a server, and what its backup found in them.
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import type { TargetSettings } from '../../../../src/engine/recover/plan/recovery-facts.js';
import { type SnapshotData, faultOf } from '../../../../src/engine/recover/plan/snapshot-data.js';
import { readSnapshotData } from '../../../../src/engine/recover/source/read-snapshot-data.js';
import { openRepositorySnapshot } from '../../../../src/engine/recover/source/repository-snapshot.js';
import { parseTime } from '../../../../src/engine/snapshot/time-spec.js';
import { UsageError } from '../../../../src/errors.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { createSettings } from '../../../support/redis/recovery-facts.js';
import { writeRdb } from '../../../support/redis/data/rdb-writer.js';
import {
  listRepositoryFixtures,
  unpackRepository,
} from '../../../support/repository/repository-fixtures.js';
import { type Sandbox, createSandbox } from '../../../support/sandbox/sandbox.js';

const DUMP = writeRdb(
  [
    { database: 0, key: 'a', value: { type: 'string', text: 'text' } },
    { database: 3, key: 'b', value: { type: 'string', text: 'text' }, expiresAtMs: 9e12 },
  ],
  { 'redis-ver': '7.0.15', ctime: '1700000000' },
);
const COMMAND = '*1\r\n$4\r\nPING\r\n';
const BASE = 'appendonlydir/appendonly.aof.1.base.rdb';
const INCR = 'appendonlydir/appendonly.aof.1.incr.aof';
const MANIFEST = 'appendonlydir/appendonly.aof.manifest';
const MANIFEST_LINES =
  'file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n';

async function read(
  { context, repositoryPath }: Sandbox,
  settings: Partial<TargetSettings> = {},
): Promise<SnapshotData> {
  const source = openRepositorySnapshot(repositoryPath, parseTime('now'), context);
  try {
    return await readSnapshotData(source, createSettings(settings));
  } finally {
    await source.close();
  }
}

async function sandboxWith(
  t: ExecutionContext,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(sandbox.source, name)), { recursive: true });
    await sandbox.write(name, bytes);
  }
  await sandbox.backup({ examine: true });
  return sandbox;
}

test('a dump has its version, its time and its keys', async (t) => {
  const sandbox = await sandboxWith(t, { 'dump.rdb': DUMP });
  t.deepEqual(await read(sandbox), {
    dump: {
      path: pathFromText('dump.rdb'),
      sizeBytes: DUMP.length,
      verdict: 'whole',
      problem: null,
      rdbVersion: 10,
      databases: [
        { database: 0, keys: 1, expiringKeys: 0 },
        { database: 3, keys: 1, expiringKeys: 1 },
      ],
      commands: null,
      createdSeconds: 1_700_000_000,
      isSavedForSnapshot: false,
    },
    aof: null,
    wasAofOn: null,
  });
});

test('a set has its files in the order in which a server loads them', async (t) => {
  const sandbox = await sandboxWith(t, {
    [BASE]: DUMP,
    [INCR]: COMMAND,
    [MANIFEST]: MANIFEST_LINES,
    'appendonlydir/appendonly.aof.7.incr.aof': COMMAND,
  });
  const { aof, dump } = await read(sandbox);
  t.is(dump, null);
  t.like(aof, { kind: 'set', manifest: MANIFEST, fault: null });
  t.deepEqual(
    aof?.files.map((file) => [file.path, file.verdict, file.commands]),
    [
      [pathFromText(BASE), 'whole', 0],
      [pathFromText(INCR), 'whole', 1],
    ],
  );
});

test('a set whose base is missing does not load', async (t) => {
  const sandbox = await sandboxWith(t, { [INCR]: COMMAND, [MANIFEST]: MANIFEST_LINES });
  const { aof } = await read(sandbox);
  t.regex((aof && faultOf(aof)) ?? '', /appendonly\.aof\.1\.base\.rdb', which is missing/);
});

test('an upgrade that was cut off counts as the AOF of one file that it began with', async (t) => {
  const sandbox = await sandboxWith(t, {
    'appendonly.aof': COMMAND,
    [MANIFEST]: 'file appendonly.aof seq 1 type b\n',
  });
  const { aof } = await read(sandbox);
  t.like(aof, { kind: 'log', manifest: null, fault: null });
  t.deepEqual(
    aof?.files.map((file) => file.path),
    [pathFromText('appendonly.aof')],
  );
});

test('files of other names than those of the server are found where there is no choice', async (t) => {
  const sandbox = await sandboxWith(t, { 'theirs.rdb': DUMP, 'theirs.aof': COMMAND });
  const { dump, aof } = await read(sandbox);
  t.is(dump?.path, pathFromText('theirs.rdb'));
  t.is(aof?.files[0]?.path, pathFromText('theirs.aof'));
});

test('of several dumps the one with the name of the server is taken, or dump.rdb', async (t) => {
  const sandbox = await sandboxWith(t, { 'a.rdb': DUMP, 'b.rdb': DUMP, 'dump.rdb': DUMP });
  t.is(
    (await read(sandbox, { dumpName: pathFromText('b.rdb') })).dump?.path,
    pathFromText('b.rdb'),
  );
  t.is(
    (await read(sandbox, { dumpName: pathFromText('x.rdb') })).dump?.path,
    pathFromText('dump.rdb'),
  );
  await rm(path.join(sandbox.source, 'dump.rdb'));
  await sandbox.backup({ examine: true });
  const error = await t.throwsAsync(read(sandbox), { instanceOf: UsageError });
  t.is(error?.message, "the snapshot has several dumps: 'a.rdb', 'b.rdb'");
});

test('a dump that was not examined is known by its name alone', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', DUMP);
  await sandbox.backup();
  t.like((await read(sandbox)).dump, { verdict: null, rdbVersion: null, databases: null });
});

test('a repository of each format says what its server had', async (t) => {
  const fixtures = (await listRepositoryFixtures()).filter(({ shape }) => shape === 'live-server');
  t.true(fixtures.length >= 2);
  for (const fixture of fixtures) {
    const sandbox = await createSandbox(t);
    await unpackRepository(fixture, sandbox.repository);
    const { dump, aof, wasAofOn } = await read(sandbox);
    t.is(wasAofOn, true, String(fixture.formatVersion));
    t.not(dump, null, String(fixture.formatVersion));
    t.is(dump?.isSavedForSnapshot, true, String(fixture.formatVersion));
    t.is(aof && faultOf(aof), null, String(fixture.formatVersion));
  }
});
