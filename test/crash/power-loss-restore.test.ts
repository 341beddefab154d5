// The power fails at every step of a restore. A new destination is there whole or not at all; of one
// whose files are replaced each is the old one or the new one, and the restore can be run again.
import test, { type ExecutionContext } from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { type Tree, readTree, treeDifferences } from '../support/files/directory-tree.js';
import { atEachPowerLoss, recordRun } from '../support/power-loss/at-each-power-loss.js';
import { createDiskSandbox } from '../support/power-loss/disk-sandbox.js';
import { EVENTFUL_NIGHTS, settle } from '../support/sandbox/eventful-history.js';
import type { Sandbox } from '../support/sandbox/sandbox.js';

const WORK = /^\.redis-rewind-restore-/;

interface Scene {
  readonly sandbox: Sandbox;
  /** The folder in which destinations are; the repository is elsewhere. */
  readonly disk: string;
  readonly recorded: Tree;
}

async function setScene(t: ExecutionContext): Promise<Scene> {
  const { sandbox: elsewhere, disk } = await createDiskSandbox(t);
  const sandbox = elsewhere.withRepository(path.join(elsewhere.root, 'repository'));
  await EVENTFUL_NIGHTS[0]?.(sandbox);
  const recorded = await settle(sandbox.source);
  await sandbox.backup();
  return { sandbox, disk, recorded };
}

test('a power loss at any step of a restore to a new directory leaves all of it or nothing', async (t) => {
  t.timeout(900_000);
  const { sandbox, disk, recorded } = await setScene(t);
  const recording = await recordRun(disk, [], sandbox.context, [
    async (context) =>
      sandbox.restore({
        to: path.join(disk, 'parent', 'restored'),
        force: true,
        setDestination: true,
        context,
      }),
  ]);
  const outcomes = { nothing: 0, whole: 0 };
  const tally = await atEachPowerLoss(
    sandbox.root,
    recording,
    'new',
    async ({ folder, ended, when }) => {
      const left = Object.entries(await readTree(folder));
      const names = left.map(([name]) => name).filter((name) => !WORK.test(name) && name !== '.');
      if (names.some((name) => name.startsWith('parent/restored'))) {
        const restored = await readTree(path.join(folder, 'parent', 'restored'));
        t.deepEqual(treeDifferences(recorded, restored), [], when);
        outcomes.whole += 1;
      } else {
        t.is(ended, 0, when);
        t.true(
          names.every((name) => name === 'parent'),
          `${when}: ${names.join(' ')}`,
        );
        outcomes.nothing += 1;
      }
    },
  );
  t.log(
    `${tally.points} points, ${tally.losses} power losses, ${tally.distinct} different outcomes: ${outcomes.nothing} without a destination, ${outcomes.whole} with all of it`,
  );
  t.is(tally.points, recording.steps.length + 1);
  t.true(outcomes.nothing > 50 && outcomes.whole > 0, `${outcomes.nothing}, ${outcomes.whole}`);
});

test('a power loss while files are replaced leaves each file old or restored, and the next run of the restore succeeds', async (t) => {
  t.timeout(900_000);
  const { sandbox, disk, recorded } = await setScene(t);
  const destination = path.join(disk, 'redis');
  await fs.mkdir(path.join(destination, 'aof'), { recursive: true });
  const mine = ['dump.rdb', 'aof/1.aof', 'returns', 'not-in-the-snapshot'];
  for (const name of mine) await fs.writeFile(path.join(destination, name), `my ${name}`);
  const before = await readTree(destination);
  const recording = await recordRun(disk, [], sandbox.context, [
    async (context) =>
      sandbox.restore({ to: destination, force: true, setDestination: true, context }),
  ]);
  const tally = await atEachPowerLoss(
    sandbox.root,
    recording,
    'replaced',
    async ({ folder, ended, when }) => {
      const left = path.join(folder, 'redis');
      const now = await readTree(left);
      const aside = Object.entries(now).filter(([name]) => name.includes('/aside/'));
      for (const name of mine) {
        const contents = [before[name], recorded[name]].map((entry) => entry?.content);
        const isThere = now[name] !== undefined && contents.includes(now[name].content);
        const isAside = aside.some(([, { content }]) => content === before[name]?.content);
        t.true(isThere || isAside, `${when}: ${name}`);
      }
      for (const [name, { type, content }] of Object.entries(now)) {
        if (WORK.test(name) || type !== 'file' || mine.includes(name)) continue;
        t.true(content === recorded[name]?.content, `${when}: ${name}`);
      }
      if (ended === 0) await sandbox.restore({ to: left, force: true, setDestination: true });
      const after = Object.entries(await readTree(left)).filter(([name]) => !WORK.test(name));
      const { 'not-in-the-snapshot': other, ...restored } = Object.fromEntries(after);
      t.is(other?.content, before['not-in-the-snapshot']?.content, when);
      t.deepEqual(treeDifferences(recorded, restored), [], when);
    },
  );
  t.log(
    `${tally.points} points, ${tally.losses} power losses, ${tally.distinct} different outcomes: nothing lost, and done when run again`,
  );
  t.is(tally.points, recording.steps.length + 1);
  t.true(tally.distinct > 100, String(tally.distinct));
});
