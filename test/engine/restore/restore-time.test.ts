// Which snapshot a TIME means, and the errors where there is none, or where the path is not in it. The
// repository has a snapshot at 3 o'clock UTC on each of the first four days of May 2030, and now is one
// hour after the last.
import { readFile, writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { NoRepositoryError, NotInSnapshotError, UsageError } from '../../../src/errors.js';
import { openForWriting } from '../../../src/repository/open/open-repository.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { recordNights } from '../../support/sandbox/four-nights.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';
import { isThere } from '../../support/files/is-there.js';

/** As messages show the time of the oldest snapshot, for a regular expression. */
const OLDEST = String.raw`2030-05-01 05:00:00 \+02:00`;

process.env['TZ'] = 'Europe/Berlin';

const FIRST_MS = Date.UTC(2030, 4, 1, 3);
const DAY_MS = 86_400_000;

async function recordMay(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true, stepSeconds: DAY_MS / 1000 });
  sandbox.context.setTime(FIRST_MS - DAY_MS);
  for (const night of ['1', '2', '3', '4']) {
    await writeFile(sandbox.inSource('night'), night);
    await writeFile(sandbox.inSource(`only-${night}`), night);
    await sandbox.backup();
  }
  sandbox.context.advance(3600);
  return sandbox;
}

const second = FIRST_MS / 1000 + 86_400;

const MEANT: Readonly<Record<string, string>> = {
  now: '4',
  '0B': '4',
  '1B': '3',
  '3B': '1',
  [String(second)]: '2',
  [String(second + 1)]: '2',
  [String(second - 1)]: '1',
  '2030-05-02T03:00:00Z': '2',
  '2030-05-02T02:59:59Z': '1',
  '2030-05-02T05:00:00+02:00': '2',
  '2030-05-01T22:00:00-05:00': '2',
  '2030-05-02T05:00:00': '2',
  '2030-05-02T04:59:59': '1',
  '2030-05-02 05:00:00 +02:00': '2',
  '2030-05-03': '2',
  '2030/05/03': '2',
  '5/3/2030': '2',
  '05-03-2030': '2',
  '2031-01-01': '4',
  '0s': '4',
  '1h': '4',
  '61m': '3',
  '1D': '3',
  '1h2D': '2',
  '2D1h1s': '1',
};

test('TIME means the newest snapshot at or before it, in each of its forms', async (t) => {
  const sandbox = await recordMay(t);
  const found: Record<string, string> = {};
  for (const [index, at] of Object.keys(MEANT).entries()) {
    const destination = sandbox.at(`night-${index}`);
    await sandbox.restore({ time: at, to: destination, path: 'night' });
    found[at] = await readFile(destination, 'utf8');
  }
  t.deepEqual(found, MEANT);
});

test('now means the newest snapshot, even when the clock has gone back', async (t) => {
  const sandbox = await recordMay(t);
  sandbox.context.advance(-30 * 86_400);
  t.is((await sandbox.restore({ time: 'now', to: sandbox.at('restored') })).snapshot.id, 4);
});

test('a TIME before the oldest snapshot is exit 13 and names the oldest', async (t) => {
  const sandbox = await recordMay(t);
  for (const at of ['2030-05-01T02:59:59Z', '2030-04-30', '0', '1Y', '3D1h1s']) {
    const error = await t.throwsAsync(sandbox.restore({ time: at, to: sandbox.at('restored') }), {
      instanceOf: NotInSnapshotError,
      message: new RegExp(`^no snapshot is as old as '.*the oldest is from ${OLDEST}$`),
    });
    t.is(error.exitCode, 13);
    t.regex(error.hint ?? '', new RegExp(`'-r "${OLDEST}"' is the oldest`));
  }
  for (const at of ['4B', '9B']) {
    await t.throwsAsync(sandbox.restore({ time: at, to: sandbox.at('restored') }), {
      instanceOf: NotInSnapshotError,
      message: new RegExp(`the repository holds 4, the oldest from ${OLDEST}$`),
    });
  }
  t.false(isThere(sandbox.at('restored')), 'restored');
});

test('an invalid TIME is wrong usage', async (t) => {
  const sandbox = await recordMay(t);
  for (const at of ['', 'yesterday', '3q', '-1', '1b', '2030-02-30', '2030-05-02T25:00:00Z']) {
    const error = await t.throwsAsync(sandbox.restore({ time: at, to: sandbox.at('restored') }), {
      instanceOf: UsageError,
    });
    t.is(error.exitCode, 2);
  }
  t.false(isThere(sandbox.at('restored')), 'restored');
});

test('the error says whether no snapshot has the path, or only this one lacks it', async (t) => {
  const sandbox = await recordMay(t);
  const at = '1B';
  const restore = async (path: string): Promise<unknown> =>
    sandbox.restore({ time: at, to: sandbox.at('restored'), path });

  for (const path of ['only', 'only-1/below', 'Night']) {
    const error = await t.throwsAsync(restore(path), { instanceOf: NotInSnapshotError });
    t.is(error.exitCode, 13);
    t.is(error.message, `no snapshot has a path '${path}'`);
    t.regex(error.hint ?? '', /list --files -r "#3" REPO/);
  }
  const error = await t.throwsAsync(restore('only-4'), { instanceOf: NotInSnapshotError });
  t.is(error.exitCode, 13);
  t.is(error.message, "'only-4' is not in the snapshot of 2030-05-03 05:00:00 +02:00");
  t.false(isThere(sandbox.at('restored')), 'restored');
});

test('a path of an older snapshot is found even where the mirror has nothing there, or a link', async (t) => {
  const sandbox = await recordNights(t, 3);
  const at = sandbox.snapshot(2).time;
  for (const path of ['appendonlydir/appendonly.aof.1.base.rdb', 'changeling/within']) {
    const report = await sandbox.restore({
      time: at,
      to: sandbox.at(path.replace('/', '-')),
      path,
    });
    t.is(report.path, path);
    await t.throwsAsync(sandbox.restore({ to: sandbox.at('restored'), path }), {
      instanceOf: NotInSnapshotError,
      message: /is not in the snapshot of/,
    });
  }
});

test('a repository without a snapshot is exit 13, with a hint to run its first backup again', async (t) => {
  const sandbox = await createSandbox(t, { records: true, stepSeconds: DAY_MS / 1000 });
  const { fileSystem, clock, uid, checkpoint } = sandbox.context;
  const options = { create: true, waitLockMs: 0, clock, actingUid: uid, checkpoint };
  (await openForWriting(fileSystem, pathFromText(sandbox.repository), options)).close();
  const error = await t.throwsAsync(sandbox.restore({ to: sandbox.at('restored') }), {
    instanceOf: NotInSnapshotError,
    message: 'the repository holds no snapshot: its first backup was not finished',
  });
  t.is(error.exitCode, 13);
  t.is(error.hint, 'run the backup again');
});

test('a path without a repository is exit 10', async (t) => {
  const sandbox = await createSandbox(t, { records: true, stepSeconds: DAY_MS / 1000 });
  for (const path of ['', 'dump.rdb', 'appendonlydir/x']) {
    const error = await t.throwsAsync(sandbox.restore({ to: sandbox.at('restored'), path }), {
      instanceOf: NoRepositoryError,
    });
    t.is(error.exitCode, 10);
    t.true(error.message.includes(sandbox.repository), error.message);
  }
});

test('a number of a snapshot is a TIME, and a bare number says how to write one', async (t) => {
  const sandbox = await recordMay(t);
  t.deepEqual(
    await sandbox.restoredTree({ time: '#2' }),
    await sandbox.restoredTree({ time: '2B' }),
  );
  const bare = await t.throwsAsync(sandbox.restore({ time: '2' }), {
    instanceOf: NotInSnapshotError,
  });
  t.is(bare.hint, `a bare number is seconds since 1970; snapshot 2 is '-r "#2"'`);
  await t.throwsAsync(sandbox.restore({ time: '#5' }), {
    instanceOf: NotInSnapshotError,
    message: 'the repository holds no snapshot 5',
  });
});
