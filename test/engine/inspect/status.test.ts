// What a monitor is told of a repository: each problem, and nothing where all is well.
import { rm, truncate, writeFile } from 'node:fs/promises';
import test from 'ava';
import type { RepositoryStatus } from '../../../src/engine/inspect/status-report.js';
import { type StatusRequest, status } from '../../../src/engine/inspect/status.js';
import { NoRepositoryError } from '../../../src/errors.js';
import { markRecovery } from '../../../src/repository/commit/recovery-mark.js';
import { catalogPath } from '../../../src/repository/layout.js';
import { formatPath, pathFromText } from '../../../src/system/files/byte-path.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const HOUR = 3600;

function statusOf(
  { repositoryPath, context }: Sandbox,
  limits: Partial<StatusRequest> = {},
): RepositoryStatus {
  const request = { maxAgeSeconds: null, maxVerifyAgeSeconds: null, ...limits };
  const { report } = status({ repositories: [repositoryPath], ...request }, context);
  const [only] = report.repositories;
  if (only === undefined) throw new Error('there is no status');
  return only;
}

function problemsOf(sandbox: Sandbox, limits: Partial<StatusRequest> = {}): string[] {
  return statusOf(sandbox, limits).problems.map(({ kind, message }) => `${kind}: ${message}`);
}

async function backedUp(t: Parameters<typeof createSandbox>[0]): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', Buffer.alloc(5000, 'a'));
  await sandbox.backup();
  return sandbox;
}

test('the age of the newest snapshot is a problem from the second after its limit', async (t) => {
  const sandbox = await backedUp(t);
  sandbox.context.advance(26 * HOUR);
  t.like(statusOf(sandbox, { maxAgeSeconds: 26 * HOUR }), {
    snapshots: 1,
    newest: { id: 1 },
    ageSeconds: 26 * HOUR,
    problems: [],
  });
  sandbox.context.advance(1);
  t.deepEqual(problemsOf(sandbox, { maxAgeSeconds: 26 * HOUR }), [
    'old-snapshot: the newest snapshot (1) is 26h old, and may be 26h',
  ]);
  t.deepEqual(problemsOf(sandbox), [], 'without a limit age is no problem');
});

test('a snapshot that lies in the future does not look new for ever', async (t) => {
  const sandbox = await backedUp(t);
  sandbox.context.advance(-2 * HOUR);
  t.deepEqual(problemsOf(sandbox), [
    'old-snapshot: the newest snapshot (1) is 2h ahead of the clock',
  ]);
});

test('an alarm is a problem until it is confirmed', async (t) => {
  const sandbox = await backedUp(t);
  await rm(sandbox.inSource('dump.rdb'));
  await sandbox.write('other', 'x');
  await sandbox.backup();
  await sandbox.backup();
  t.deepEqual(problemsOf(sandbox), ["alarm: snapshot 2 has an alarm: 'dump.rdb' is gone"]);
  await sandbox.remark(2, { kind: 'confirm' });
  t.deepEqual(problemsOf(sandbox), []);
});

test('verifications: never, clean, too old, and with problems', async (t) => {
  const sandbox = await backedUp(t);
  const limits = { maxVerifyAgeSeconds: 24 * HOUR };
  t.deepEqual(problemsOf(sandbox, limits), [
    'old-verification: no verification of every byte is recorded',
  ]);
  await sandbox.verify({ mode: { kind: 'quick' } });
  t.is(problemsOf(sandbox, limits).length, 1, 'names and sizes are not every byte');
  await sandbox.verify();
  t.deepEqual(problemsOf(sandbox, limits), []);
  sandbox.context.advance(50 * HOUR);
  t.deepEqual(problemsOf(sandbox, limits), [
    'old-verification: every byte was last verified 2D2h ago, and it may be 24h',
  ]);
  await sandbox.verify({ mode: { kind: 'timed', maxDurationMs: 60_000 } });
  t.deepEqual(problemsOf(sandbox, limits), [], 'a whole round of timed verifications');
  await truncate(sandbox.inMirror('dump.rdb'), 10);
  await sandbox.verify();
  const failed =
    'failed-verification: a verification found a problem, and none of everything has been clean since';
  t.deepEqual(problemsOf(sandbox), [failed]);
  await sandbox.verify({ mode: { kind: 'quick' } });
  t.true(problemsOf(sandbox).join().startsWith('failed-verification'), 'a part takes nothing back');
});

test('a recovery that has not ended is a problem', async (t) => {
  const sandbox = await backedUp(t);
  const { repositoryPath, context } = sandbox;
  markRecovery(context.fileSystem, repositoryPath, {
    recoveryId: '20261128T031500Z-1',
    snapshotId: 1,
    isFromArchive: false,
    state: 'begun',
    host: context.hostName,
    source: pathFromText(sandbox.source),
  });
  t.regex(problemsOf(sandbox).join(), /^unfinished-recovery: recovery 20261128T031500Z-1 of /);
});

test('what cannot be read is told, and the others are still looked at', async (t) => {
  const sandbox = await backedUp(t);
  const empty = pathFromText(sandbox.at('empty'));
  const request = {
    repositories: [empty, sandbox.repositoryPath],
    maxAgeSeconds: null,
    maxVerifyAgeSeconds: null,
  };
  const { report, error } = status(request, sandbox.context);
  t.true(error instanceof NoRepositoryError);
  t.false(report.isWell);
  t.deepEqual(
    report.repositories.map(({ problems }) => problems.map(({ kind }) => kind)),
    [['unreadable'], []],
  );
  await writeFile(formatPath(catalogPath(sandbox.repositoryPath)), 'no database');
  t.deepEqual(
    statusOf(sandbox).problems.map(({ kind }) => kind),
    ['unreadable'],
  );
});
