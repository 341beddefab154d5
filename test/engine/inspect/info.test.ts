// The numbers of `info` agree with what find reports about the same repository.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { rmSync, writeFileSync } from 'node:fs';
import test from 'ava';

import { info } from '../../../src/engine/inspect/info.js';
import type { InfoReport } from '../../../src/engine/inspect/info-report.js';
import { NoRepositoryError } from '../../../src/errors.js';
import { openForWriting } from '../../../src/repository/open/open-repository.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { shareNights } from '../../support/sandbox/four-nights.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const run = promisify(execFile);
const nights = shareNights(test);

/** Sizes of the regular files that find finds. */
async function sizesOf(directory: string, ...conditions: readonly string[]): Promise<number[]> {
  const args = [directory, '-type', 'f', ...conditions, '-printf', '%s\\n'];
  const { stdout } = await run('find', args);
  return stdout.split('\n').filter(Boolean).map(Number);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function infoOf({ repositoryPath, context }: Sandbox): InfoReport {
  return info({ repository: repositoryPath }, context);
}

for (const [what, put] of [
  ['goes', () => {}],
  ['becomes a file', (path: string) => writeFileSync(path, 'file')],
] as const) {
  test(`info leaves out a folder that ${what} right before it is listed`, async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('folder/within/file', '0123456789');
    await sandbox.write('other', '01234');
    await sandbox.backup();
    for (const folder of ['folder', 'folder/within']) {
      const path = sandbox.inMirror(folder);
      const fileSystem = new HookedFileSystem((call) => {
        if (call.operation !== 'list' || call.path !== path) return;
        rmSync(path, { recursive: true });
        put(path);
      });
      const report = info(
        { repository: sandbox.repositoryPath },
        { ...sandbox.context, fileSystem },
      );
      t.is(report.mirrorBytes, 5);
      rmSync(path, { force: true });
      await sandbox.backup();
    }
  });
}

test('sizes and counts are those that find reports', async (t) => {
  const sandbox = nights();
  const { repository } = sandbox;
  const report = infoOf(sandbox);
  const data = `${repository}/redis-rewind-data`;
  const mirror = await sizesOf(repository, '-not', '-path', `${data}/*`);
  const increments = await sizesOf(`${data}/increments`);
  t.is(report.repository, repository);
  t.is(report.files, mirror.length);
  t.is(report.mirrorBytes, sum(mirror));
  t.is(report.increments, increments.length);
  t.is(report.incrementBytes, sum(increments));
  t.is(report.catalogBytes, sum(await sizesOf(data, '-name', 'catalog.sqlite3')));
  t.is(report.totalBytes, sum(await sizesOf(repository)));
});

test('files kept by --also count as part of the mirror', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await writeFile(sandbox.inSource('dump.rdb'), 'x'.repeat(1000));
  await writeFile(sandbox.at('redis.conf'), 'y'.repeat(234));
  await sandbox.backup({ also: [sandbox.at('redis.conf')] });
  const report = infoOf(sandbox);
  t.is(report.mirrorBytes, 1234);
  t.is(report.files, 2);
  t.is(report.totalBytes, sum(await sizesOf(sandbox.repository)));
});

test('info names the origin, the oldest and the newest snapshot', (t) => {
  const sandbox = nights();
  const report = infoOf(sandbox);
  const snapshots = sandbox.list();
  t.is(report.snapshots, 4);
  t.like(snapshots[0], report.oldest ?? {});
  t.like(snapshots[3], report.newest ?? {});
  t.is(report.source, sandbox.source);
  t.is(report.host, 'test-host');
  t.is(report.formatVersion, 5);
  t.regex(report.repositoryId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  t.is(report.createdAt, sandbox.snapshot(1).time);
  t.false(report.unfinished);
});

test('info names no snapshot where there is none; a missing repository is exit 10', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  t.throws(() => infoOf(sandbox), { instanceOf: NoRepositoryError });
  const { fileSystem, clock, uid, checkpoint } = sandbox.context;
  const options = { create: true, waitLockMs: 0, clock, actingUid: uid, checkpoint };
  (await openForWriting(fileSystem, sandbox.repositoryPath, options)).close();
  const { snapshots, oldest, newest, files, mirrorBytes, increments } = infoOf(sandbox);
  t.deepEqual(
    { snapshots, oldest, newest, files, mirrorBytes, increments },
    { snapshots: 0, oldest: null, newest: null, files: 0, mirrorBytes: 0, increments: 0 },
  );
});
