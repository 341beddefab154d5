// Damage in a dump is told by every command that meets the dump, for as long as it is kept, also where an
// earlier program took the damage for something unknown.
import path from 'node:path';
import test from 'ava';
import { readDamagedDump } from '../../persistence/examine/rdb-corpus.js';
import { exitCode } from '../../support/program/exit-code.js';
import { runCli } from '../../support/program/cli.js';
import { changeExaminations } from '../../support/repository/edit-catalog.js';
import { lookNames } from '../../support/sandbox/note-names.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';

const AOF = 'appendonlydir/appendonly.aof';

/** Makes the records of the newest snapshot what earlier programs wrote of something unknown. */
function forgetVerdicts(repository: string, loads: boolean | null, problem: string | null): void {
  changeExaminations(repository, ({ foundJson }) => {
    const { verdict: _, ...found } = JSON.parse(foundJson) as { verdict?: string };
    return { loads, problem, foundJson: JSON.stringify(found) };
  });
}

for (const name of ['flip', 'insert', 'zero512']) {
  test(`a dump with a wrong checksum (${name}) is told by backup, list, verify and restore`, async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('dump.rdb', readDamagedDump(name));
    await sandbox.write(`${AOF}.manifest`, 'file appendonly.aof.1.base.rdb seq 1 type b\n');
    await sandbox.write(`${AOF}.1.base.rdb`, readDamagedDump(name));
    await sandbox.write('old.aof', readDamagedDump(name));
    const expected = [`${AOF}.1.base.rdb`, 'dump.rdb', 'old.aof'].map(
      (file) => `would-not-load ${file}`,
    );
    for (let run = 0; run < 2; run += 1) {
      t.deepEqual(lookNames((await sandbox.backup({ examine: true })).notes), expected);
      t.deepEqual(lookNames((await sandbox.verify()).notes), expected);
      t.deepEqual(lookNames((await sandbox.restore()).notes), expected);
      t.is(sandbox.files()['dump.rdb']?.examined?.verdict, 'broken');
    }
  });
}

test('the command line ends with exit 3, and list marks the file', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', readDamagedDump('flip'));
  const repository = sandbox.repository;
  for (let run = 0; run < 2; run += 1) {
    const backup = await runCli(['backup', sandbox.source, repository]);
    t.is(backup.code, 3);
    t.regex(backup.stderr, /no server would load 'dump.rdb': its checksum is wrong, and the walk/);
  }
  t.is((await runCli(['verify', repository])).code, 3);
  t.is((await runCli(['restore', repository, path.join(sandbox.root, 'out')])).code, 3);
  t.regex((await runCli(['list', '-v', repository])).stdout, /its checksum is wrong/);
  t.regex(
    (await runCli(['list', '--files', repository])).stdout,
    /dump\.rdb {2}\(would not load\)/,
  );
});

test('bytes behind a dump are a remark; behind the base of an AOF they keep a server from loading it', async (t) => {
  const sandbox = await createSandbox(t);
  const bytes = Buffer.concat([readDamagedDump('before-damage'), Buffer.from('more')]);
  await sandbox.write('dump.rdb', bytes);
  await sandbox.write(`${AOF}.manifest`, 'file appendonly.aof.1.base.rdb seq 1 type b\n');
  await sandbox.write(`${AOF}.1.base.rdb`, Buffer.concat([bytes, Buffer.from('!')]));
  for (let run = 0; run < 2; run += 1) {
    const told = lookNames((await sandbox.backup({ examine: true })).notes);
    t.deepEqual(told, [`would-not-load ${AOF}.1.base.rdb`]);
    const kept = lookNames((await sandbox.verify()).notes);
    t.deepEqual(kept.toSorted(), told.toSorted());
  }
  t.like(sandbox.files()['dump.rdb']?.examined, {
    loads: true,
    sanitized: true,
    verdict: 'followed',
  });
});

test('something unknown in a dump without a checksum is told', async (t) => {
  const sandbox = await createSandbox(t);
  const dump = Buffer.from([...Buffer.from('REDIS0014'), 0xfe, 0, 30, 1, 0x61, 0xff]);
  await sandbox.write('dump.rdb', Buffer.concat([dump, Buffer.alloc(8)]));
  const expected = ['cannot-be-checked dump.rdb'];
  for (let run = 0; run < 2; run += 1) {
    t.deepEqual(lookNames((await sandbox.backup({ examine: true })).notes), expected);
    t.deepEqual(lookNames((await sandbox.verify()).notes), expected);
    t.deepEqual(lookNames((await sandbox.restore()).notes), expected);
  }
  t.like(sandbox.files()['dump.rdb']?.examined, { loads: null, verdict: 'unchecked' });
  t.is(await exitCode(async () => sandbox.verify()), 3);
});

test('what an earlier program called unknown is examined again, by verify, restore and the next backup', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', readDamagedDump('flip'));
  await sandbox.backup({ examine: true });
  forgetVerdicts(sandbox.repository, null, 'found the unknown type 83 at byte 250');
  t.like(sandbox.files()['dump.rdb']?.examined, { loads: null, verdict: null });
  const expected = ['would-not-load dump.rdb'];
  t.deepEqual(lookNames((await sandbox.verify()).notes), expected);
  t.deepEqual(lookNames((await sandbox.restore()).notes), expected);
  const again = await sandbox.backup({ examine: true });
  t.deepEqual(lookNames(again.notes), expected);
  t.is(again.snapshot.changedFiles, 0);
  t.like(sandbox.files()['dump.rdb']?.examined, { loads: false, verdict: 'broken' });
  t.deepEqual((await sandbox.backup({ examine: true })).examined, []);
});

test('a dump that an earlier program called sound is examined again once', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', readDamagedDump('before-damage'));
  await sandbox.backup({ examine: true });
  forgetVerdicts(sandbox.repository, true, null);
  t.is((await sandbox.backup({ examine: true })).examined.length, 1);
  t.is((await sandbox.backup({ examine: true })).examined.length, 0);
});
