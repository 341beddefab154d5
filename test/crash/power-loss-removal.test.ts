// The power fails at every step of a removal, and at every step of what finishes one that was cut off, with everything unsynced
// lost, kept, or mixed: every snapshot that is left is whole, and the next writer finishes.
import test, { type ExecutionContext } from 'ava';
import { pathFromText } from '../../src/system/files/byte-path.js';
import { type Tree, readTree } from '../support/files/directory-tree.js';
import { HookedFileSystem } from '../support/files/hooked-file-system.js';
import {
  type Aftermath,
  atEachPowerLoss,
  recordRun,
  survivorAt,
} from '../support/power-loss/at-each-power-loss.js';
import { createDiskSandbox, sandboxIn } from '../support/power-loss/disk-sandbox.js';
import { layTree } from '../support/power-loss/lay-disk.js';
import { SeededRandom } from '../support/program/seeded-random.js';
import { storageFaults } from '../support/repository/stored-sizes.js';
import { isAsRecorded, isMendedByNext } from '../support/repository/whole-repository.js';
import { settle } from '../support/sandbox/eventful-history.js';
import { Sandbox } from '../support/sandbox/sandbox.js';

const NIGHTS = 6;
const REMOVED = [2, 3, 5];
const KEPT = [1, 4, 6];
const ALL = [1, 2, 3, 4, 5, 6];

/** The first way in which a power loss ends: nothing that was not synced is there. */
const NOTHING = 0;

const quick = { fileSystem: new HookedFileSystem(() => {}, { sync: false }) };

interface Scene {
  readonly sandbox: Sandbox;
  readonly disk: string;
  /** What SOURCE is. */
  readonly now: Tree;
}

/** Deltas, a full copy, a file that comes and goes, and one that is back in the mirror. */
async function setScene(t: ExecutionContext): Promise<Scene> {
  const made = await createDiskSandbox(t);
  const { disk } = made;
  const sandbox = new Sandbox(made.sandbox.root, {
    repository: made.sandbox.repository,
    context: made.sandbox.context,
    records: true,
  });
  const random = new SeededRandom('removal without power');
  const dump = random.bytes(20_000);
  for (let night = 0; night < NIGHTS; night += 1) {
    random.bytes(100).copy(dump, night * 3000);
    await sandbox.write('dump.rdb', dump);
    await sandbox.write('other', night === 3 ? random.bytes(5000) : `night ${night}`);
    await sandbox.write('returns', night % 3 === 1 ? 'another' : 'the same');
    if (night === 2) await sandbox.write('short-lived', 'x');
    if (night === 3) await sandbox.remove('short-lived');
    await settle(sandbox.source);
    await sandbox.backup({ context: quick });
  }
  return { sandbox, disk, now: await readTree(sandbox.source) };
}

function idsIn(sandbox: Sandbox): number[] {
  return sandbox.list().map(({ id }) => id);
}

/**
 * Everything is whole after the power loss, and after a removal or a backup by turns.
 * @param doneBytes of all increments, when nothing is left to do
 */
function lookInto(
  t: ExecutionContext,
  { sandbox, now }: Scene,
  doneBytes: number,
): (
  aftermath: Aftermath,
  isAllowed: (ids: number[]) => boolean,
) => Promise<'all' | 'cut' | 'done'> {
  let turn = 0;
  return async ({ folder, when }, isAllowed) => {
    const left = sandboxIn(sandbox, folder);
    const ids = idsIn(left);
    t.true(isAllowed(ids), `${when}: ${ids.join()}`);
    await isAsRecorded(t, left, when);
    const { incrementBytes } = left.info();
    turn += 1;
    if (turn % 2 === 0) {
      await isMendedByNext(t, left, now, when);
    } else {
      await left.thin({ ids: REMOVED.filter((id) => ids.includes(id)), context: quick });
      t.deepEqual(
        idsIn(left),
        ids.filter((id) => !REMOVED.includes(id)),
        when,
      );
      t.is(left.info().incrementBytes, doneBytes, when);
      await isAsRecorded(t, left, `${when}, finished`);
    }
    t.deepEqual(storageFaults(left.repository), [], when);
    if (ids.includes(2)) return 'all';
    return incrementBytes === doneBytes ? 'done' : 'cut';
  };
}

function isSame(ids: readonly number[], wanted: readonly number[]): boolean {
  return ids.join() === wanted.join();
}

test('a power loss at any step of a removal leaves every snapshot whole, and the next writer finishes', async (t) => {
  t.timeout(900_000);
  const scene = await setScene(t);
  const { sandbox, disk } = scene;
  const recording = await recordRun(disk, ['repository'], sandbox.context, [
    async (context) => sandbox.thin({ ids: REMOVED, context }),
  ]);
  const look = lookInto(t, scene, sandbox.info().incrementBytes);
  const counts = { all: 0, cut: 0, done: 0 };
  const tally = await atEachPowerLoss(sandbox.root, recording, 'removal', async (aftermath) => {
    const state = await look(
      aftermath,
      (ids) => isSame(ids, KEPT) || (aftermath.ended === 0 && isSame(ids, ALL)),
    );
    counts[state] += 1;
  });
  t.log(tally, counts);
  t.is(tally.points, recording.steps.length + 1);
  t.true(tally.points > 20 && tally.losses > 5 * tally.points, `${tally.points}, ${tally.losses}`);
  t.true(counts.all > 0 && counts.cut > 20 && counts.done > 5, JSON.stringify(counts));
});

test('a power loss at any step of the backup that finishes a removal leaves every snapshot whole', async (t) => {
  t.timeout(900_000);
  const scene = await setScene(t);
  const { sandbox, disk } = scene;
  const removal = await recordRun(disk, ['repository'], sandbox.context, [
    async (context) => sandbox.thin({ ids: REMOVED, context }),
  ]);
  // The first commit drops the snapshots. Nothing is composed yet, and what was deleted since is there again.
  const dropped = removal.steps.findIndex(({ kind }) => kind === 'database') + 1;
  const place = sandbox.at('begun');
  layTree(pathFromText(place), survivorAt(removal, dropped + 1, NOTHING));
  const begun = sandboxIn(sandbox, place);
  t.deepEqual(idsIn(begun), KEPT);
  const recovery = await recordRun(place, ['repository'], sandbox.context, [
    async (context) => begun.backup({ context }),
  ]);
  const after = { ...scene, sandbox: begun };
  const look = lookInto(t, after, sandbox.info().incrementBytes);
  const counts = { all: 0, cut: 0, done: 0 };
  const tally = await atEachPowerLoss(sandbox.root, recovery, 'finish', async (aftermath) => {
    const state = await look(
      aftermath,
      (ids) => isSame(ids, [...KEPT, NIGHTS + 1]) || (aftermath.ended === 0 && isSame(ids, KEPT)),
    );
    counts[state] += 1;
  });
  t.log(tally, counts);
  t.true(tally.points > 20 && tally.losses > 5 * tally.points, `${tally.points}, ${tally.losses}`);
  t.true(counts.cut > 20 && counts.done > 5, JSON.stringify(counts));
});
