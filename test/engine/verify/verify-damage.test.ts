// What verify says of a damaged repository is exactly what restore then refuses: every file of every
// snapshot is tried, for damage to each mirror file and each increment. Nothing that is wrong is ever
// restored, and nothing that is whole is given up.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import type { VerifyReport } from '../../../src/engine/verify/verify-report.js';
import { CorruptError } from '../../../src/errors.js';
import { formatPath, pathFromBytes } from '../../../src/system/files/byte-path.js';
import { DAMAGES, type Damage, withDamage } from '../../support/damage/damage.js';
import { recordNights } from '../../support/sandbox/four-nights.js';
import { HastyFileSystem } from '../../support/files/hasty-file-system.js';
import { readTree } from '../../support/files/directory-tree.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** `path@snapshot` of each file that verify says is lost, each once. */
function namedLosses({ problems }: VerifyReport): string[] {
  const names = problems.flatMap(({ path: name, snapshots }) =>
    snapshots.map((id) => `${name}@${id}`),
  );
  return names.toSorted();
}

/** `path@snapshot` of each file that restore refuses; all others must come back as they were. */
async function triedLosses(t: ExecutionContext, sandbox: Sandbox): Promise<string[]> {
  const context = { fileSystem: new HastyFileSystem() };
  const lost: string[] = [];
  const restored: string[] = [];
  const room = sandbox.at('tries');
  await mkdir(room);
  for (const { id, time, tree } of sandbox.recorded) {
    for (const [name, entry] of Object.entries(tree)) {
      if (entry.type !== 'file') continue;
      const inside = formatPath(pathFromBytes(Buffer.from(name, 'latin1')));
      const place = `${inside.replaceAll('/', '-')}@${id}`;
      try {
        await sandbox.restore({ time, to: path.join(room, place), path: inside, context });
        restored.push(place);
        t.is((await readTree(path.join(room, place)))['.']?.content, entry.content);
      } catch (error) {
        if (!(error instanceof CorruptError)) throw error;
        t.is(error.exitCode, 20);
        t.true(error.message.startsWith(`'${inside}' cannot be restored: `), error.message);
        lost.push(`${inside}@${id}`);
      }
    }
  }
  const left = await readdir(room);
  t.deepEqual(left.toSorted(), restored.toSorted(), 'what is refused leaves nothing behind');
  await rm(room, { recursive: true });
  return lost.toSorted();
}

/** Does each of the damages to a file of the repository; returns how many files were lost in all. */
async function tryDamages(
  t: ExecutionContext,
  sandbox: Sandbox,
  file: Buffer,
  damages: readonly Damage[],
): Promise<number> {
  let count = 0;
  for (const damage of damages) {
    await withDamage(file, damage, async () => {
      const named = namedLosses(await sandbox.verify());
      t.deepEqual(named, await triedLosses(t, sandbox), `${damage} ${file.toString('latin1')}`);
      count += named.length;
    });
  }
  return count;
}

function fileOf(sandbox: Sandbox, latin1: string): Buffer {
  return Buffer.from(`${sandbox.repository}/${latin1}`, 'latin1');
}

test('damage to a mirror file costs what verify says it costs', async (t) => {
  const sandbox = await recordNights(t);
  const files = Object.entries(sandbox.snapshot(4).tree).filter(([, { type }]) => type === 'file');
  t.true(files.length > 4, String(files.length));
  for (const [index, [name]] of files.entries()) {
    const damages = name === 'dump.rdb' ? DAMAGES : DAMAGES.slice(index % 3, (index % 3) + 1);
    const lost = await tryDamages(t, sandbox, fileOf(sandbox, name), damages);
    t.true(lost >= damages.length, `at least the newest version of ${name} is lost`);
  }
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('damage to an increment costs what verify says it costs', async (t) => {
  const sandbox = await recordNights(t);
  const increments = await readdir(`${sandbox.repository}/redis-rewind-data/increments`);
  t.true(increments.length > 5, String(increments.length));
  for (const [index, name] of increments.entries()) {
    const damages = index < 2 ? DAMAGES : DAMAGES.slice(index % 3, (index % 3) + 1);
    const file = fileOf(sandbox, `redis-rewind-data/increments/${name}`);
    const lost = await tryDamages(t, sandbox, file, damages);
    t.true(lost >= damages.length, `increment ${name} is needed`);
  }
  t.deepEqual((await sandbox.verify()).problems, []);
});

test('a content with several names is lost with its last whole copy, and then under all of them', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  const bytes = Buffer.alloc(5000, 'one content of several files\n');
  for (const name of ['a', 'b', 'old-name']) await writeFile(sandbox.inSource(name), bytes);
  await sandbox.backup();
  await writeFile(sandbox.inSource('old-name'), 'something else');
  await writeFile(sandbox.inSource('b'), bytes);
  await sandbox.backup();

  for (const damage of DAMAGES) {
    await withDamage(fileOf(sandbox, 'a'), damage, async () => {
      const { problems } = await sandbox.verify();
      t.deepEqual(
        problems.map(({ path: name, snapshots, kind }) => ({ name, snapshots, kind })),
        [{ name: 'a', snapshots: [], kind: 'mirror-content' }],
      );
      t.deepEqual(await triedLosses(t, sandbox), []);

      await withDamage(fileOf(sandbox, 'b'), 'flip', async () => {
        const named = namedLosses(await sandbox.verify());
        t.deepEqual(named, ['a@1', 'a@2', 'b@1', 'b@2', 'old-name@1']);
        t.deepEqual(await triedLosses(t, sandbox), named);
      });
    });
  }
});

test('verify of one snapshot sees damage in the mirror that costs it something', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await writeFile(sandbox.inSource('unchanged'), 'the same on both nights');
  await writeFile(sandbox.inSource('moved'), 'renamed on the second night');
  await sandbox.backup();
  await writeFile(sandbox.inSource('moved'), 'new');
  await writeFile(sandbox.inSource('elsewhere'), 'renamed on the second night');
  await sandbox.backup();
  for (const [file, losses] of Object.entries({
    unchanged: { 1: ['unchanged@1'], 2: ['unchanged@2'] },
    elsewhere: { 1: ['moved@1'], 2: ['elsewhere@2'] },
    moved: { 1: [], 2: ['moved@2'] },
  })) {
    await withDamage(fileOf(sandbox, file), 'flip', async () => {
      for (const [id, lost] of Object.entries(losses)) {
        const at = sandbox.snapshot(Number(id)).time;
        t.deepEqual(namedLosses(await sandbox.verify({ at })), lost, `${file} at ${id}`);
      }
    });
  }
});
