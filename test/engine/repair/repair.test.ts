// `verify --repair`: what it rebuilds and from where, and that it deletes nothing.
import * as fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

import type { RepairReport } from '../../../src/engine/repair/repair-report.js';
import { CorruptError, LockedError, NoRepositoryError } from '../../../src/errors.js';
import { WriteLock } from '../../../src/catalog/write-lock.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { runCli } from '../../support/program/cli.js';
import { catalogFile, forgeCatalog } from '../../support/repository/edit-catalog.js';
import { recordNights } from '../../support/sandbox/four-nights.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';

test('a sound repository is left as it is', async (t) => {
  const sandbox = await recordNights(t);
  const before = await readTree(sandbox.repository);
  const report = await sandbox.repair();
  t.deepEqual([report.repairs, report.problems, report.notes], [[], [], []]);
  const differences = treeDifferences(before, await readTree(sandbox.repository));
  t.deepEqual(
    differences.filter((line) => !/mtimeNs|catalog.sqlite3: /.test(line)),
    [],
  );
});

test('a repair needs the lock, and a repository', async (t) => {
  const sandbox = await recordNights(t, 1);
  const lock = WriteLock.tryAcquire(
    pathFromText(sandbox.at('repository/redis-rewind-data/lock.sqlite3')),
  );
  await t.throwsAsync(sandbox.repair(), { instanceOf: LockedError });
  lock?.release();
  sandbox.repository = sandbox.at('nowhere');
  await t.throwsAsync(sandbox.repair(), { instanceOf: NoRepositoryError });
});

test('names in the catalog that lead out of the repository are refused', async (t) => {
  const sandbox = await recordNights(t, 1);
  await fs.writeFile(sandbox.at('victim'), 'must stay');
  forgeCatalog(
    sandbox.repository,
    "UPDATE version SET path = ? WHERE path = CAST('dump.rdb' AS BLOB)",
    Buffer.from('../victim'),
  );
  for (const name of await fs.readdir(sandbox.at('repository/redis-rewind-data'))) {
    if (name.endsWith('.zst')) await fs.rm(sandbox.at('repository/redis-rewind-data', name));
  }
  await t.throwsAsync(sandbox.repair({ source: sandbox.source }), { instanceOf: CorruptError });
  t.is(await fs.readFile(sandbox.at('victim'), 'utf8'), 'must stay');
});

test('a repair prints what it did line by line, and ends with exit 0 or 20', async (t) => {
  const sandbox = await recordNights(t, 2);
  const { repository, source } = sandbox;
  await fs.truncate(path.join(repository, 'dump.rdb'), 100);
  const left = await runCli(['verify', '--repair', repository]);
  t.is(left.code, 20, left.stderr);
  t.notRegex(left.stdout, /^repair:/m);
  const done = await runCli(['verify', '--repair', '--source', source, repository]);
  t.is(done.code, 0, done.stdout + done.stderr);
  t.regex(
    done.stdout,
    /^repair: what was there is kept as 'redis-rewind-data\/kept\/1\/mirror\/dump.rdb'\nrepair: 'dump.rdb' was put back from '.*\/source\/dump.rdb'\n\d+ versions checked, .*: no problem\n$/,
  );
  await fs.rm(catalogFile(repository));
  const json = await runCli(['verify', '--repair', '--json', repository]);
  t.is(json.code, 0);
  t.is((json.json() as RepairReport).repairs[0]?.kind, 'rebuilt-catalog');
  await fs.truncate(catalogFile(repository), 100);
  const hint = await runCli(['verify', repository]);
  t.is(hint.code, 20);
  t.regex(hint.stderr, /hint: 'redis-rewind verify --repair \/.*' rebuilds the catalog/);
});
