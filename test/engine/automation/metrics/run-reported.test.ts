// What the metrics of a night say, also of one that fails.
import { chmod, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import test from 'ava';
import type { NightReport } from '../../../../src/engine/automation/run-night.js';
import { runReported } from '../../../../src/engine/automation/run-reported.js';
import { SourceMissingError } from '../../../../src/errors.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { writeRdb } from '../../../support/redis/data/rdb-writer.js';
import { lookNames } from '../../../support/sandbox/note-names.js';
import { type Sandbox, createSandbox } from '../../../support/sandbox/sandbox.js';

async function night(sandbox: Sandbox, file = 'metrics/redis.prom'): Promise<NightReport> {
  sandbox.context.advance(60);
  const request = {
    backup: sandbox.backupRequest({ examine: true }),
    keep: null,
    thenExport: null,
    thenVerifyMs: null,
  };
  return runReported(
    request,
    { metricsFile: pathFromText(sandbox.at(file)), pingUrl: null },
    sandbox.context,
  );
}

/** The values of all metrics that have no other label than `repository`. */
async function metricsOf(sandbox: Sandbox): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(sandbox.at('metrics/redis.prom'), 'utf8');
  const matches = text.matchAll(/^redis_rewind_(\w+)\{repository="[^"]*"(,[^}]*)?\} (\S+)$/gm);
  return new Map(
    [...matches].map(([, name = '', labels = '', value]) => [name + labels, Number(value)]),
  );
}

async function prepared(t: Parameters<typeof createSandbox>[0]): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  await mkdir(sandbox.at('metrics'));
  const keys = ['a', 'b', 'c'].map((key) => ({
    database: 2,
    key,
    value: { type: 'string', text: 'x' } as const,
  }));
  await sandbox.write('dump.rdb', writeRdb(keys));
  return sandbox;
}

test('a good night, and one that has nothing new', async (t) => {
  const sandbox = await prepared(t);
  for (const id of [1, 2]) {
    const { snapshot, notes } = await night(sandbox);
    t.is(snapshot.id, id);
    t.deepEqual(notes, []);
    const metrics = await metricsOf(sandbox);
    t.is(metrics.get('snapshots'), id);
    t.is(metrics.get('last_run_exit_code'), 0);
    t.is(metrics.get('last_run_warnings'), 0);
    t.is(metrics.get('snapshot_keys,database="2"'), 3);
    t.is(metrics.get('last_success_timestamp_seconds'), Date.parse(snapshot.time) / 1000);
    t.is(metrics.get('alarms'), 0);
    t.false(metrics.has('verified_timestamp_seconds'), 'nothing was verified');
  }
  t.deepEqual(await readdir(sandbox.at('metrics')), ['redis.prom']);
  t.is((await stat(sandbox.at('metrics/redis.prom'))).mode & 0o777, 0o644);
});

test('a night that fails says so, and leaves the time of the last good one', async (t) => {
  const sandbox = await prepared(t);
  const { snapshot } = await night(sandbox);
  await sandbox.remove('');
  await t.throwsAsync(night(sandbox), { instanceOf: SourceMissingError });
  const metrics = await metricsOf(sandbox);
  t.is(metrics.get('last_run_exit_code'), 2);
  t.is(metrics.get('last_success_timestamp_seconds'), Date.parse(snapshot.time) / 1000);
  const now = Math.floor(sandbox.context.clock.nowMs() / 1000);
  t.is(metrics.get('last_run_timestamp_seconds'), now);
});

test('warnings, alarms and verifications are counted', async (t) => {
  const sandbox = await prepared(t);
  await night(sandbox);
  await sandbox.verify();
  await sandbox.remove('dump.rdb');
  await sandbox.write('other', 'x');
  const { notes } = await night(sandbox);
  t.deepEqual(lookNames(notes), ['alarm -']);
  const metrics = await metricsOf(sandbox);
  t.is(metrics.get('alarms'), 1);
  t.is(metrics.get('last_run_exit_code'), 3);
  t.is(metrics.get('last_run_warnings'), 1);
  t.is(metrics.get('last_verification_problems'), 0);
  t.true(metrics.has('verified_timestamp_seconds'));
});

test('where the file cannot be written the snapshot is good, and a warning says so', async (t) => {
  const sandbox = await prepared(t);
  const { snapshot, notes } = await night(sandbox, 'nowhere/redis.prom');
  t.is(snapshot.id, 1);
  t.deepEqual(lookNames(notes).length, 1);
  t.regex(notes[0]?.message ?? '', /the monitor was not told of this run: .*there is no folder/);
});

test('a link in the place of the file is replaced, and not followed', async (t) => {
  const sandbox = await prepared(t);
  const victim = sandbox.at('victim');
  await writeFile(victim, 'precious');
  await symlink(victim, sandbox.at('metrics/redis.prom'));
  await chmod(sandbox.at('metrics'), 0o777);
  await night(sandbox);
  t.is(await readFile(victim, 'utf8'), 'precious');
  t.true((await metricsOf(sandbox)).has('snapshots'));
});
