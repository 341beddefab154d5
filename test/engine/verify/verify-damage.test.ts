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
import { readTree } from '../../support/files/directory-tree.js';
import { recordNights } from '../../support/repository/four-nights.js';
import { HastyFileSystem } from '../../support/files/hasty-file-system.js';
import { RecordedHistory } from '../../support/repository/recorded-history.js';

/** `path@snapshot` of each file that verify says is lost, each once. */
function namedLosses({ problems }: VerifyReport): string[] {
  const names = problems.flatMap(({ path: name, snapshots }) =>
    snapshots.map((id) => `${name}@${id}`),
  );
  return names.toSorted();
}

/** `path@snapshot` of each file that restore refuses; all others must come back as they were. */
async function triedLosses(t: ExecutionContext, history: RecordedHistory): Promise<string[]> {
  const context = history.contextWith(new HastyFileSystem());
  const lost: string[] = [];
  const restored: string[] = [];
  const room = history.at('tries');
  await mkdir(room);
  for (const { id, time, tree } of history.snapshots) {
    for (const [name, entry] of Object.entries(tree)) {
      if (entry.type !== 'file') continue;
      const inside = formatPath(pathFromBytes(Buffer.from(name, 'latin1')));
      const place = `${inside.replaceAll('/', '-')}@${id}`;
      try {
        await history.restore(path.join(room, place), { path: inside, at: time, context });
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
  history: RecordedHistory,
  file: Buffer,
  damages: readonly Damage[],
): Promise<number> {
  let count = 0;
  for (const damage of damages) {
    await withDamage(file, damage, async () => {
      const named = namedLosses(await history.verify());
      t.deepEqual(named, await triedLosses(t, history), `${damage} ${file.toString('latin1')}`);
      count += named.length;
    });
  }
  return count;
}

function fileOf(history: RecordedHistory, latin1: string): Buffer {
  return Buffer.from(`${history.repository}/${latin1}`, 'latin1');
}

test('damage to a mirror file costs what verify says it costs', async (t) => {
  const history = await recordNights(t);
  const files = Object.entries(history.snapshot(4).tree).filter(([, { type }]) => type === 'file');
  t.true(files.length > 4);
  for (const [index, [name]] of files.entries()) {
    const damages = name === 'dump.rdb' ? DAMAGES : DAMAGES.slice(index % 3, (index % 3) + 1);
    const lost = await tryDamages(t, history, fileOf(history, name), damages);
    t.true(lost >= damages.length, `at least the newest version of ${name} is lost`);
  }
  t.deepEqual((await history.verify()).problems, []);
});

test('damage to an increment costs what verify says it costs', async (t) => {
  const history = await recordNights(t);
  const increments = await readdir(`${history.repository}/redis-rewind-data/increments`);
  t.true(increments.length > 5);
  for (const [index, name] of increments.entries()) {
    const damages = index < 2 ? DAMAGES : DAMAGES.slice(index % 3, (index % 3) + 1);
    const file = fileOf(history, `redis-rewind-data/increments/${name}`);
    const lost = await tryDamages(t, history, file, damages);
    t.true(lost >= damages.length, `increment ${name} is needed`);
  }
  t.deepEqual((await history.verify()).problems, []);
});

test('a content with several names is lost with its last whole copy, and then under all of them', async (t) => {
  const history = await RecordedHistory.begin(t);
  const bytes = Buffer.alloc(5000, 'one content of several files\n');
  for (const name of ['a', 'b', 'old-name']) await writeFile(history.at('source', name), bytes);
  await history.backUp();
  await writeFile(history.at('source', 'old-name'), 'something else');
  await writeFile(history.at('source', 'b'), bytes);
  await history.backUp();

  for (const damage of DAMAGES) {
    await withDamage(fileOf(history, 'a'), damage, async () => {
      const { problems } = await history.verify();
      t.deepEqual(
        problems.map(({ path: name, snapshots, kind }) => ({ name, snapshots, kind })),
        [{ name: 'a', snapshots: [], kind: 'mirror-content' }],
      );
      t.deepEqual(await triedLosses(t, history), []);

      await withDamage(fileOf(history, 'b'), 'flip', async () => {
        const named = namedLosses(await history.verify());
        t.deepEqual(named, ['a@1', 'a@2', 'b@1', 'b@2', 'old-name@1']);
        t.deepEqual(await triedLosses(t, history), named);
      });
    });
  }
});

test('verify of one snapshot sees damage in the mirror that costs it something', async (t) => {
  const history = await RecordedHistory.begin(t);
  await writeFile(history.at('source', 'unchanged'), 'the same on both nights');
  await writeFile(history.at('source', 'moved'), 'renamed on the second night');
  await history.backUp();
  await writeFile(history.at('source', 'moved'), 'new');
  await writeFile(history.at('source', 'elsewhere'), 'renamed on the second night');
  await history.backUp();
  for (const [file, losses] of Object.entries({
    unchanged: { 1: ['unchanged@1'], 2: ['unchanged@2'] },
    elsewhere: { 1: ['moved@1'], 2: ['elsewhere@2'] },
    moved: { 1: [], 2: ['moved@2'] },
  })) {
    await withDamage(fileOf(history, file), 'flip', async () => {
      for (const [id, lost] of Object.entries(losses)) {
        const at = history.snapshot(Number(id)).time;
        t.deepEqual(namedLosses(await history.verify({ at })), lost, `${file} at ${id}`);
      }
    });
  }
});
