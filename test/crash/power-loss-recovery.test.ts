// The power fails a second time, while the next backup repairs what the first power loss left. The second
// loss comes at every step, after a backup that was staged, one that was committed, and one that was half done.
import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { pathFromText } from '../../src/system/files/byte-path.js';
import { ProcessDied } from '../support/files/hooked-file-system.js';
import {
  atEachPowerLoss,
  recordRun,
  survivorAt,
} from '../support/power-loss/at-each-power-loss.js';
import { createDiskSandbox, sandboxIn, recordNights } from '../support/power-loss/disk-sandbox.js';
import { layTree } from '../support/power-loss/lay-disk.js';
import { countSnapshots, isMendedByNext, isWhole } from '../support/repository/whole-repository.js';
import { settle } from '../support/sandbox/eventful-history.js';

const NOTHING = 0;
const EVERYTHING = 1;
const A_MIXTURE = -1;

test('a power loss at any step of a recovery leaves every snapshot whole, and the next backup finishes', async (t) => {
  t.timeout(900_000);
  const { sandbox, recording, states } = await recordNights(t);
  const now = states.at(-1) ?? {};
  const [, second = 0] = recording.endedAt;
  const commits = recording.steps.flatMap(({ kind }, index) =>
    kind === 'database' && index > second ? [index] : [],
  );
  // The commit itself, and the one that records that nothing is owed.
  const [commit = 0, settled = 0] = commits;
  t.is(commits.length, 2);
  let losses = 0;
  for (const [title, made, which, snapshots] of [
    ['staged', commit, EVERYTHING, 2],
    ['committed', commit + 1, NOTHING, 3],
    ['half done', Math.floor((commit + settled) / 2), A_MIXTURE, 3],
  ] as const) {
    const disk = sandbox.at(`disk-${title}`);
    layTree(pathFromText(disk), survivorAt(recording, made, which));
    const begun = sandboxIn(sandbox, disk);
    t.is(countSnapshots(begun), snapshots, title);
    const recovery = await recordRun(disk, ['repository'], sandbox.context, [
      async (context) => begun.backup({ context }),
    ]);
    const after = [...states, now];
    const tally = await atEachPowerLoss(sandbox.root, recovery, title, async (aftermath) => {
      const left = sandboxIn(sandbox, aftermath.folder);
      const when = `${title}, ${aftermath.when}`;
      t.true([snapshots, snapshots + 1].includes(countSnapshots(left)), when);
      await isWhole(t, left, after, when);
      await isMendedByNext(t, left, now, when);
    });
    t.log(
      `${title}: ${tally.points} points, ${tally.losses} power losses, ${tally.distinct} different outcomes`,
    );
    t.is(tally.points, recovery.steps.length + 1);
    t.true(tally.points > 30, String(tally.points));
    losses += tally.losses;
    await fs.rm(disk, { recursive: true });
  }
  t.true(losses > 1000, `${losses}`);
});

test('a first backup makes durable what an earlier one made before it was cut off', async (t) => {
  const { sandbox: elsewhere, disk } = await createDiskSandbox(t);
  const repository = path.join('made', 'for', 'it', 'repository');
  const sandbox = elsewhere.withRepository(path.join(disk, repository));
  await sandbox.write('dump.rdb', 'the dump');
  const state = await settle(sandbox.source);
  const recording = await recordRun(disk, [repository], sandbox.context, [
    async (context) => {
      const { fileSystem } = context;
      const sync = fileSystem.sync.bind(fileSystem);
      const removeDirectory = fileSystem.removeDirectory.bind(fileSystem);
      const die = (): never => {
        throw new ProcessDied();
      };
      // A dead process removes nothing.
      Object.assign(fileSystem, { sync: die, removeDirectory: die });
      await t.throwsAsync(sandbox.backup({ context }), { instanceOf: ProcessDied });
      Object.assign(fileSystem, { sync, removeDirectory });
    },
    async (context) => sandbox.backup({ context }),
  ]);
  t.is(recording.endedAt[0], 1, 'a directory was made, and not synced');
  const tally = await atEachPowerLoss(sandbox.root, recording, 'cut-off', async (aftermath) => {
    const left = sandbox.withRepository(path.join(aftermath.folder, repository));
    const snapshots = countSnapshots(left);
    t.true(snapshots <= 1 && (aftermath.ended < 2 || snapshots === 1), aftermath.when);
    await isWhole(t, left, [state], aftermath.when);
    await isMendedByNext(t, left, state, aftermath.when);
  });
  t.is(tally.points, recording.steps.length + 1);
});
