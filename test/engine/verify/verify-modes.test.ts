// The modes of verify: what each reads and finds, how timed runs go on, and what is kept of them.
import { chmod, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import { info } from '../../../src/engine/inspect/info.js';
import type { InfoReport } from '../../../src/engine/inspect/info-report.js';
import type { VerifyReport } from '../../../src/engine/verify/verify-report.js';
import type { VerifyMode } from '../../../src/engine/verify/verify-request.js';
import { WriteLock } from '../../../src/catalog/write-lock.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { succeedCli } from '../../support/program/cli.js';
import { flipped, withDamage } from '../../support/damage/damage.js';
import { isRoot } from '../../support/program/is-root.js';
import { recordNights } from '../../support/sandbox/four-nights.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const QUICK: VerifyMode = { kind: 'quick' };

function infoOf({ repositoryPath, context }: Sandbox): InfoReport {
  return info({ repository: repositoryPath }, context);
}

/** `kind path snapshots` of each problem. */
function named({ problems }: VerifyReport): string[] {
  return problems.map(({ kind, path: name, snapshots }) => `${kind} ${name} ${snapshots.join()}`);
}

test('--quick reads no file of the mirror and no increment', async (t) => {
  const sandbox = await recordNights(t);
  const opened: string[] = [];
  const fileSystem = new HookedFileSystem(({ operation, path: name }) => {
    if (operation === 'open') opened.push(path.relative(sandbox.repository, name));
  });
  const report = await sandbox.verify({ mode: QUICK, context: { fileSystem } });
  t.deepEqual(report.problems, []);
  t.deepEqual(opened.toSorted(), [
    'redis-rewind-data/catalog.3.zst',
    'redis-rewind-data/catalog.4.zst',
  ]);
  t.is(report.contentsChecked, 0);
  t.is(report.bytesChecked, 0);
  t.true(report.contentsLeft > 5, String(report.contentsLeft));
});

test('--quick names what a missing or a shorter file certainly costs', async (t) => {
  const sandbox = await recordNights(t);
  const dump = sandbox.inMirror('dump.rdb');
  await withDamage(dump, 'delete', async () => {
    const report = await sandbox.verify({ mode: QUICK });
    t.deepEqual(named(report), ['mirror-content dump.rdb 4', 'content dump.rdb 1,2,3']);
  });
  await withDamage(dump, 'truncate', async () => {
    const report = await sandbox.verify({ mode: QUICK });
    t.deepEqual(named(report), ['mirror-content dump.rdb 4']);
    t.regex(report.problems[0]?.message ?? '', /has 39999 bytes, but should have 40000/);
  });
  await withDamage(dump, 'flip', async () => {
    t.deepEqual(named(await sandbox.verify({ mode: QUICK })), [], 'its size is as it was');
  });
});

test('--quick and a full verify agree on increments that are gone or cut off', async (t) => {
  const sandbox = await recordNights(t);
  const folder = sandbox.inMirror('redis-rewind-data', 'increments');
  for (const name of await readdir(folder)) {
    for (const damage of ['delete', 'truncate'] as const) {
      await withDamage(path.join(folder, name), damage, async () => {
        const [quick, full] = [await sandbox.verify({ mode: QUICK }), await sandbox.verify()];
        t.deepEqual(named(quick).toSorted(), named(full).toSorted(), `${damage} ${name}`);
        t.not(quick.problems.length, 0);
      });
    }
  }
});

test('--sample verifies a part, and reports which part', async (t) => {
  const sandbox = await recordNights(t);
  const full = await sandbox.verify();
  const report = await sandbox.verify({ mode: { kind: 'sample', percent: 20 } });
  t.deepEqual(report.problems, []);
  t.true(
    report.contentsChecked >= 1 && report.contentsLeft >= 1,
    `${report.contentsChecked}, ${report.contentsLeft}`,
  );
  t.is(report.contentsChecked + report.contentsLeft, full.contentsChecked);
  t.true(
    report.bytesChecked >= (report.bytesChecked + report.bytesLeft) / 5,
    `${report.bytesChecked}, ${(report.bytesChecked + report.bytesLeft) / 5}`,
  );
  const all = await sandbox.verify({ mode: { kind: 'sample', percent: 100 } });
  t.is(all.contentsLeft, 0);
});

/** Every step of the work takes a second. */
function steadily(sandbox: Sandbox): Sandbox['context'] {
  let nowMs = 0;
  return {
    ...sandbox.context,
    clock: { nowMs: () => sandbox.context.clock.nowMs(), monotonicMs: () => (nowMs += 1000) },
  };
}

async function timed(sandbox: Sandbox, seconds: number): Promise<VerifyReport> {
  sandbox.context.advance(3600);
  const mode = { kind: 'timed' as const, maxDurationMs: seconds * 1000 };
  return sandbox.verify({ mode, context: steadily(sandbox) });
}

test('runs with --max-duration follow one another until all is checked, each content once', async (t) => {
  const sandbox = await recordNights(t);
  const { contentsChecked: all } = await sandbox.verify();
  sandbox.context.advance(3600);
  let checked = 0;
  let runs = 0;
  let left = all;
  while (left > 0 && runs < 50) {
    const report = await timed(sandbox, 4);
    t.true(report.contentsChecked > 0, 'each run gets somewhere');
    checked += report.contentsChecked;
    left = report.contentsLeft;
    t.is(checked + left, all);
    t.deepEqual(report.problems, []);
    runs += 1;
    const { lastVerification } = infoOf(sandbox);
    t.is(lastVerification?.contentsLeft, left);
    t.is(lastVerification?.mode, 'timed');
  }
  t.true(runs > 2, `${runs} runs`);
  const next = await timed(sandbox, 1_000_000);
  t.is(next.contentsChecked, all, 'then a new round begins');
  t.is(next.contentsLeft, 0);
});

test('a run with --max-duration finds what is damaged when it gets there', async (t) => {
  const sandbox = await recordNights(t);
  const folder = sandbox.inMirror('redis-rewind-data', 'increments');
  const [increment = ''] = await readdir(folder);
  const file = path.join(folder, increment);
  await writeFile(file, flipped(await readFile(file)));
  const lost = named(await sandbox.verify()).toSorted();
  sandbox.context.advance(3600);
  const found: string[] = [];
  for (let runs = 0, left = 1; left > 0 && runs < 50; runs += 1) {
    const report = await timed(sandbox, 3);
    found.push(...named(report));
    left = report.contentsLeft;
  }
  t.deepEqual([...new Set(found)].toSorted(), lost);
});

test('each mode notes its result, with the snapshot if one was named', async (t) => {
  const sandbox = await recordNights(t, 2);
  for (const mode of [QUICK, { kind: 'sample', percent: 5 }, { kind: 'full' }] as const) {
    await sandbox.verify({ mode });
    const { lastVerification } = infoOf(sandbox);
    t.is(lastVerification?.mode, mode.kind);
    t.is(lastVerification?.problems, 0);
    t.is(lastVerification?.snapshot, null);
  }
  await sandbox.verify({ at: '1B' });
  t.is(infoOf(sandbox).lastVerification?.snapshot, 1);
});

test('noting a result disturbs no reader and changes no snapshot', async (t) => {
  const sandbox = await recordNights(t, 3);
  const catalog = pathFromText(sandbox.inMirror('redis-rewind-data', 'catalog.sqlite3'));
  const { Catalog } = await import('../../../src/catalog/catalog.js');
  const reader = Catalog.open(catalog, { readOnly: true });
  const state = (): unknown =>
    reader.read(() => [reader.repository.get(), reader.snapshots.list()]);
  const before = state();
  await sandbox.verify();
  t.deepEqual(state(), before);
  t.is(reader.verifications?.list().length, 1);
  reader.close();
});

async function notKept(t: ExecutionContext, report: VerifyReport, why: RegExp): Promise<void> {
  t.deepEqual(report.problems, []);
  const [note, ...others] = report.notes;
  t.deepEqual(others, []);
  t.is(note?.severity, 'info');
  t.is(note?.kind, 'not-recorded');
  t.regex(note?.message ?? '', why);
}

test('while another process writes, the result is not kept, with a remark', async (t) => {
  const sandbox = await recordNights(t, 2);
  const file = sandbox.inMirror('redis-rewind-data', 'lock.sqlite3');
  const lock = WriteLock.tryAcquire(pathFromText(file));
  await notKept(t, await sandbox.verify(), /another process is writing/);
  lock?.release();
  t.is(infoOf(sandbox).lastVerification, null);
});

test('in a repository that cannot be written, the result is not kept, with a remark', async (t) => {
  const sandbox = await recordNights(t, 2);
  if (!isRoot) {
    await chmod(sandbox.inMirror('redis-rewind-data', 'catalog.sqlite3'), 0o400);
    await notKept(t, await sandbox.verify(), /./);
    return;
  }
  // A folder where the lock should be stands for what refuses to be written even by root.
  const lock = sandbox.inMirror('redis-rewind-data', 'lock.sqlite3');
  await rm(lock);
  const report = await sandbox.verify();
  t.deepEqual(
    report.notes.map(({ kind, severity }) => `${severity} ${kind}`),
    ['info lock', 'info not-recorded'],
  );
});

test('leftovers of a backup that was cut off are a remark, foreign files a warning', async (t) => {
  const sandbox = await recordNights(t, 2);
  const at = (name: string): string => sandbox.inMirror('redis-rewind-data', name);
  for (const name of ['increments/77', 'staging/new/1', 'staging/old/2'])
    await writeFile(at(name), '');
  for (const name of ['notes.txt', 'increments/extra', 'catalog.x.zst'])
    await writeFile(at(name), '');
  const { problems, notes } = await sandbox.verify();
  t.deepEqual(problems, []);
  t.deepEqual(
    notes.map(({ severity, kind, path: name }) => `${severity} ${kind} ${name}`),
    [
      'info left-over redis-rewind-data/staging/new/1',
      'look foreign redis-rewind-data/catalog.x.zst',
      'look foreign redis-rewind-data/notes.txt',
      'look foreign redis-rewind-data/increments/extra',
    ],
  );
});

test('the note of a dump that a killed backup left on a server is a remark', async (t) => {
  const history = await recordNights(t, 1);
  const dump = history.at('source', 'dump.rdb');
  const file = history.at('repository', 'redis-rewind-data', 'temporary-dump');
  await writeFile(file, `${dump}\n`);
  const { problems, notes } = await history.verify();
  t.deepEqual(problems, []);
  t.deepEqual(
    notes.map(({ severity, kind, path: name }) => `${severity} ${kind} ${name}`),
    ['info left-over redis-rewind-data/temporary-dump'],
  );
  t.regex(notes[0]?.message ?? '', /removes this file, and the dump if it is still that one$/);
});

test('a flipped bit anywhere in an increment is found, even one that zstd ignores', async (t) => {
  const sandbox = await recordNights(t, 2);
  const folder = sandbox.inMirror('redis-rewind-data', 'increments');
  const [name = ''] = await readdir(folder);
  const file = path.join(folder, name);
  const sound = await readFile(file);
  for (let position = 0; position < Math.min(sound.length, 40); position += 1) {
    for (const bit of [1, 8, 16, 128]) {
      const bytes = Buffer.from(sound);
      bytes[position] = (bytes[position] ?? 0) ^ bit;
      await writeFile(file, bytes);
      const { problems } = await sandbox.verify();
      t.true(problems.length > 0, `bit ${bit} of byte ${position}`);
    }
  }
  await writeFile(file, sound);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a damaged copy of the catalog is a problem that costs no snapshot', async (t) => {
  const sandbox = await recordNights(t, 3);
  const copy = sandbox.inMirror('redis-rewind-data', 'catalog.3.zst');
  for (const damage of ['flip', 'truncate'] as const) {
    await withDamage(copy, damage, async () => {
      for (const mode of [QUICK, { kind: 'full' }] as const) {
        t.deepEqual(named(await sandbox.verify({ mode })), [
          'catalog-copy redis-rewind-data/catalog.3.zst ',
        ]);
      }
    });
  }
  await rm(copy);
  const { problems, notes } = await sandbox.verify();
  t.is(problems.length, 0);
  t.deepEqual(
    notes.map(({ severity, kind }) => [severity, kind]),
    [['info', 'catalog-copy']],
    'the next backup writes it by itself',
  );
});

test('the last verification of every byte is remembered beside a hundred quick ones', async (t) => {
  const sandbox = await recordNights(t, 1);
  await sandbox.verify();
  const { lastVerification: full } = infoOf(sandbox);
  for (let count = 0; count < 101; count += 1) await sandbox.verify({ mode: QUICK });
  await sandbox.verify({ at: '#1' });
  const { lastVerification, lastFullVerification } = infoOf(sandbox);
  t.is(lastVerification?.snapshot, 1);
  t.deepEqual(lastFullVerification, full);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('the command says what is left, and info what was verified', async (t) => {
  const sandbox = await recordNights(t, 2);
  const { repository } = sandbox;
  const { stdout } = await succeedCli(['verify', '--max-duration', '1h', repository]);
  t.regex(stdout, /^\d+ contents checked, [\d.]+ KiB, and with them every one: no problem\n$/);
  const shown = await succeedCli(['info', repository]);
  t.regex(shown.stdout, /^verified +\d{4}-.*, a part \([\d.]+ KiB, 0 B left\): no problem$/m);
  await truncate(path.join(repository, 'dump.rdb'), 10);
  const quick = await succeedCli(['verify', '--quick', repository], { expectedCode: 20 });
  t.regex(quick.stdout, /names, sizes and the catalog checked: 1 problem\n$/);
  const json = (await succeedCli(['info', '--json', repository])).json() as InfoReport;
  t.is(json.lastVerification?.problems, 1);
  t.is(json.lastVerification?.mode, 'quick');
});

test('a quick verification can be interrupted at each snapshot, in the catalog and in its copies', async (t) => {
  const sandbox = await createSandbox(t);
  for (let night = 0; night < 12; night += 1) {
    await sandbox.write('dump.rdb', `night ${night}`);
    await sandbox.backup();
  }
  let count = 0;
  const checkpoint = async (): Promise<void> => {
    count += 1;
  };
  await sandbox.verify({ mode: QUICK, context: { checkpoint } });
  t.true(count >= 12 + 11 + 12, String(count));
});
