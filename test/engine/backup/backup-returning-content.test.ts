import test from 'ava';
import * as fs from 'node:fs/promises';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const random = new SeededRandom('returning');
const [A, B, C] = [random.bytes(20_000), random.bytes(20_000), random.bytes(20_000)] as const;

/** Contents of `name` in all snapshots, oldest first, each taken from a restore. */
async function restoredContents(sandbox: Sandbox, name: string): Promise<Buffer[]> {
  const { length } = sandbox.list();
  const contents: Buffer[] = [];
  for (let back = length - 1; back >= 0; back -= 1) {
    const { destination } = await sandbox.restore({ time: `${back}B`, path: name });
    contents.push(await fs.readFile(destination));
  }
  return contents;
}

async function increments(sandbox: Sandbox): Promise<number> {
  return (await fs.readdir(sandbox.data('increments'))).length;
}

test('a content that comes back is in the mirror again, and its increment is gone', async (t) => {
  const sandbox = await createSandbox(t);
  const history = [A, B, A, C, B, A, A];
  const counts: number[] = [];
  for (const content of history) {
    await sandbox.write('dump.rdb', content);
    await sandbox.backup();
    counts.push(await increments(sandbox));
  }
  t.deepEqual(counts, [0, 1, 1, 2, 2, 2, 2]);
  t.deepEqual(await restoredContents(sandbox, 'dump.rdb'), history);
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('two files that swap contents need no increment, and restore as they were', async (t) => {
  const sandbox = await createSandbox(t);
  for (const [one, two] of [
    [A, B],
    [B, A],
    [A, B],
  ] as const) {
    await sandbox.write('one', one);
    await sandbox.write('two', two);
    t.is((await sandbox.backup()).incrementBytes, 0);
  }
  t.deepEqual(await restoredContents(sandbox, 'one'), [A, B, A]);
  t.deepEqual(await restoredContents(sandbox, 'two'), [B, A, B]);
});

test('contents that move through several paths leave no circle of increments', async (t) => {
  const sandbox = await createSandbox(t);
  const history = [
    [A, B],
    [B, C],
    [C, A],
    [A, A],
    [B, B],
    [C, A],
    [A, B],
  ] as const;
  for (const [one, two] of history) {
    await sandbox.write('one', one);
    await sandbox.write('two', two);
    await sandbox.backup();
    t.deepEqual((await sandbox.verify()).problems, []);
  }
  t.deepEqual(
    await restoredContents(sandbox, 'one'),
    history.map(([one]) => one),
  );
  t.deepEqual(
    await restoredContents(sandbox, 'two'),
    history.map(([, two]) => two),
  );
});

test('a renamed file needs no increment', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', A);
  await sandbox.backup();
  await fs.mkdir(sandbox.inSource('old'));
  await fs.rename(sandbox.inSource('dump.rdb'), sandbox.inSource('old/dump.rdb'));
  const report = await sandbox.backup();
  t.deepEqual([report.newFiles, report.deletedFiles, report.incrementBytes], [1, 1, 0]);
  const { destination } = await sandbox.restore({ time: '1B', path: 'dump.rdb' });
  t.deepEqual(await fs.readFile(destination), A);
});

test('a file that is equal to another, and is then deleted, needs no increment', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('one', A);
  await sandbox.write('two', A);
  await sandbox.write('three', B);
  await sandbox.backup();
  await sandbox.remove('one');
  t.is((await sandbox.backup()).incrementBytes, 0);
  await sandbox.remove('two');
  t.not((await sandbox.backup()).incrementBytes, 0);
  const { destination } = await sandbox.restore({ time: '2B', path: 'one' });
  t.deepEqual(await fs.readFile(destination), A);
});

test('new metadata alone needs no increment, and the old comes back with a restore', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', A);
  await fs.chmod(sandbox.inSource('dump.rdb'), 0o640);
  await sandbox.backup();
  await fs.chmod(sandbox.inSource('dump.rdb'), 0o600);
  await fs.utimes(sandbox.inSource('dump.rdb'), 1_000_000_000, 1_000_000_000);
  const report = await sandbox.backup();
  t.deepEqual([report.changedFiles, report.incrementBytes], [1, 0]);
  t.is((await sandbox.mirror())['dump.rdb']?.mode, '0600');
  t.is((await sandbox.restoredTree({ time: '1B' }))['dump.rdb']?.mode, '0640');
  t.is((await sandbox.restoredTree())['dump.rdb']?.mtimeNs, '1000000000000000000');
});

test('the base of the next AOF rewrite is the basis of the one before it', async (t) => {
  const sandbox = await createSandbox(t);
  const keys = Array.from({ length: 400 }, (_, index) => `key ${index} ${random.hex(60)}\n`);
  await sandbox.write('appendonlydir/appendonly.aof.1.base.rdb', keys.join(''));
  await sandbox.backup();
  keys[200] = 'key 200 is new\n';
  await sandbox.remove('appendonlydir/appendonly.aof.1.base.rdb');
  await sandbox.write('appendonlydir/appendonly.aof.2.base.rdb', keys.join(''));
  const report = await sandbox.backup();
  t.not(report.incrementBytes, 0);
  t.true(report.incrementBytes < 500, `${report.incrementBytes} bytes for 70 that changed`);
});
