// Real removals, killed with SIGKILL as they enter each single call that writes, syncs, renames, deletes, cuts or makes
// something in the repository, inside SQLite's commits too.
import test, { type ExecutionContext } from 'ava';
import { readdirSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import path from 'node:path';
import { copyTree } from '../support/files/copy-tree.js';
import { HookedFileSystem } from '../support/files/hooked-file-system.js';
import { memoryDirectory, removeTree } from '../support/files/temporary-directory.js';
import { findKillPoints, inParallel, killAt } from '../support/program/killed-process.js';
import { createTestContext } from '../support/program/run-context.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { isAsRecorded } from '../support/repository/whole-repository.js';
import { Sandbox } from '../support/sandbox/sandbox.js';

const AT_A_TIME = 2;
const NIGHTS = 6;

/** Everything as a later run finds it, without the waiting for the disk. */
const quick = new HookedFileSystem(() => {}, { sync: false });

/** Deltas, a full copy, a file that comes and goes, and one that is back in the mirror. */
async function setScene(t: ExecutionContext): Promise<Sandbox> {
  const root = await memoryDirectory(t);
  const context = createTestContext({ hostName: os.hostname() });
  const repository = path.join(root, 'origin', 'repository');
  const sandbox = new Sandbox(root, { context, repository, records: true });
  await fs.mkdir(sandbox.source);
  await fs.mkdir(path.dirname(repository));
  const random = new SeededRandom('killed removal');
  const dump = random.bytes(30_000);
  for (let night = 0; night < NIGHTS; night += 1) {
    random.bytes(100).copy(dump, night * 4000);
    await sandbox.write('dump.rdb', dump);
    await sandbox.write('other', night === 3 ? random.bytes(9000) : `night ${night}`);
    await sandbox.write('returns', night % 3 === 1 ? 'another' : 'the same');
    if (night === 2) await sandbox.write('short-lived', 'x');
    if (night === 3) await sandbox.remove('short-lived');
    await sandbox.backup();
  }
  return sandbox;
}

async function copyRepository(sandbox: Sandbox, name: string): Promise<Sandbox> {
  const folder = sandbox.at(name);
  await copyTree(path.dirname(sandbox.repository), folder);
  return sandbox.withRepository(path.join(folder, 'repository'));
}

function commandLine({ repository }: Sandbox): string[] {
  return ['remove', '--snapshot', '2-3', '--snapshot', '5', repository];
}

function ids(sandbox: Sandbox): number[] {
  return sandbox.list().map(({ id }) => id);
}

test('a removal that is killed at any call leaves every snapshot whole, and the next writer finishes', async (t) => {
  t.timeout(900_000);
  const sandbox = await setScene(t);
  const whole = await copyRepository(sandbox, 'whole');
  const points = await findKillPoints(commandLine(whole), whole.repository, sandbox.at('calls'));
  const done = whole.info().incrementBytes;
  let [old, cut] = [0, 0];
  await inParallel(points, AT_A_TIME, async (point, index) => {
    const killed = await copyRepository(sandbox, `killed-${index}`);
    const there = path.join(killed.repository, path.relative(whole.repository, point.path));
    await killAt(commandLine(killed), { ...point, path: there });
    const when = `${point.call} ${point.nth} on '${path.relative(whole.repository, point.path)}'`;
    const left = ids(killed);
    t.true(left.length === NIGHTS || left.length === NIGHTS - 3, `${when}: ${left.join()}`);
    if (left.length === NIGHTS) old += 1;
    else if (killed.info().incrementBytes !== done) cut += 1;
    await isAsRecorded(t, killed, when);
    const isBackup = index % 2 === 0 && left.length < NIGHTS;
    const context = { fileSystem: quick };
    await (isBackup ? killed.backup({ context }) : killed.thin({ rules: { last: 3 }, context }));
    await isAsRecorded(t, killed, `${when}, finished`);
    const { increments } = killed.info();
    t.is(readdirSync(killed.data('increments')).length, increments, when);
    await removeTree(path.dirname(killed.repository));
  });
  t.log(`${points.length} calls: ${old} left all snapshots, ${cut} left runs to be composed`);
  t.true(points.length > 60 && old > 10 && cut > 10, `${points.length}, ${old}, ${cut}`);
});
