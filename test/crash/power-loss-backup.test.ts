// The power fails at every step of three backups, the first of which makes the repository, with
// everything unsynced lost, kept, or mixed: what is left has the old or the new snapshot whole.
import test from 'ava';
import { atEachPowerLoss } from '../support/power-loss/at-each-power-loss.js';
import { sandboxIn, recordNights } from '../support/power-loss/disk-sandbox.js';
import { countSnapshots, isMendedByNext, isWhole } from '../support/repository/whole-repository.js';

test('a power loss at any step of a backup leaves every snapshot whole, and the next backup finishes', async (t) => {
  t.timeout(900_000);
  const { sandbox, recording, states } = await recordNights(t);
  const now = states.at(-1) ?? {};
  const tally = await atEachPowerLoss(sandbox.root, recording, 'nights', async (aftermath) => {
    const { folder, ended, when } = aftermath;
    const left = sandboxIn(sandbox, folder);
    const snapshots = countSnapshots(left);
    t.true(snapshots === ended || snapshots === ended + 1, `${when}: ${snapshots} snapshots`);
    await isWhole(t, left, states, when);
    await isMendedByNext(t, left, now, when);
  });
  t.log(
    `${tally.points} points, ${tally.losses} power losses, ${tally.distinct} different outcomes: each left all snapshots intact`,
  );
  t.is(tally.points, recording.steps.length + 1);
  t.deepEqual([recording.endedAt.length, recording.endedAt.at(-1)], [3, recording.steps.length]);
  t.true(
    tally.points > 250 && tally.losses > 10 * tally.points && tally.distinct > 2000,
    `${tally.points}, ${tally.losses}, ${tally.distinct}`,
  );
});
