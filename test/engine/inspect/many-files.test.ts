// A snapshot of more entries than a call can have arguments, about 120,000.
import test from 'ava';
import { formatFileList } from '../../../src/cli/output/file-list.js';
import { listFiles } from '../../../src/engine/inspect/list.js';
import { forgeCatalog } from '../../support/repository/edit-catalog.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const MANY = 130_000;

test('the files of a snapshot are listed, however many', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', '');
  await sandbox.backup();
  forgeCatalog(
    sandbox.repository,
    `INSERT INTO version (path, first_snapshot, type, mode, uid, gid, mtime_ns, content, flags)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     SELECT CAST('f' || i AS BLOB), first_snapshot, type, mode, uid, gid, mtime_ns, content, flags
     FROM n, version WHERE type = 1`,
    MANY,
  );
  const report = listFiles({ repository: sandbox.repositoryPath, time: 'now' }, sandbox.context);
  // With SOURCE itself and its dump.
  t.true(report.files.length >= MANY + 1, `${report.files.length} files`);
  const lines = formatFileList(report, true).split('\n');
  t.is(lines.length, report.files.length + 2);
  t.true(lines.some((line) => line.endsWith(` f${MANY}`)));
});
