// A real restore, killed as it enters each single call that changes something where it restores to: a
// new destination is there whole or not at all, and what a restore replaces is never lost.
import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { type Tree, readTree, treeDifferences } from '../support/files/directory-tree.js';
import { memoryDirectory } from '../support/files/temporary-directory.js';
import { succeedCli } from '../support/program/cli.js';
import { findKillPoints, inParallel, killAt } from '../support/program/killed-process.js';
import { EVENTFUL_NIGHTS, settle } from '../support/sandbox/eventful-history.js';
import { type Sandbox, createSandbox } from '../support/sandbox/sandbox.js';

const AT_A_TIME = 2;
const WORK = /(?:^|\/)\.redis-rewind-restore-[0-9]+(?:\/|$)/;

interface Scene {
  readonly sandbox: Sandbox;
  readonly recorded: Tree;
  /** For destinations. */
  readonly root: string;
}

async function setScene(t: Parameters<typeof createSandbox>[0]): Promise<Scene> {
  const sandbox = await createSandbox(t);
  await EVENTFUL_NIGHTS[0]?.(sandbox);
  const recorded = await settle(sandbox.source);
  await sandbox.backup();
  return { sandbox, recorded, root: await memoryDirectory(t) };
}

/** A tree without what a killed restore leaves beside its destination. */
function withoutWork(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => !WORK.test(name)));
}

test('a restore to a new directory that is killed at any call leaves all of it or nothing', async (t) => {
  t.timeout(900_000);
  const { sandbox, recorded, root } = await setScene(t);
  const commandLine = (folder: string): string[] => [
    'restore',
    sandbox.repository,
    `${folder}/new`,
  ];
  const whole = path.join(root, 'whole');
  await fs.mkdir(whole);
  const points = await findKillPoints(commandLine(whole), whole, path.join(root, 'calls'));
  let complete = 0;
  await inParallel(points, AT_A_TIME, async (point, index) => {
    const folder = path.join(root, `killed-${index}`);
    await fs.mkdir(folder);
    await killAt(commandLine(folder), { ...point, path: point.path.replace(whole, folder) });
    const when = `${point.call} ${point.nth} on ${point.path}`;
    const left = withoutWork(await readTree(folder));
    if ('new' in left) {
      t.deepEqual(treeDifferences(recorded, await readTree(path.join(folder, 'new'))), [], when);
      complete += 1;
    } else t.deepEqual(Object.keys(left), ['.'], when);
    await succeedCli([
      'restore',
      ...('new' in left ? ['--force', '--set-dest'] : []),
      ...commandLine(folder).slice(1),
    ]);
    t.deepEqual(treeDifferences(recorded, await readTree(path.join(folder, 'new'))), [], when);
  });
  t.log(`${points.length} calls, killed at each: ${complete} left all of it, the others nothing`);
  t.true(points.length > 30 && complete > 1, `${points.length}, ${complete}`);
});

test('a restore that replaces files and is killed at any call loses no file, and the next run succeeds', async (t) => {
  t.timeout(900_000);
  const { sandbox, recorded, root } = await setScene(t);
  const mine = { 'dump.rdb': 'my dump', 'aof/1.aof': 'my AOF', other: 'in no snapshot' };
  const make = async (name: string): Promise<string> => {
    const folder = path.join(root, name);
    await fs.mkdir(path.join(folder, 'aof'), { recursive: true });
    for (const [file, text] of Object.entries(mine))
      await fs.writeFile(path.join(folder, file), text);
    return folder;
  };
  const commandLine = (folder: string): string[] => [
    'restore',
    '--force',
    '--set-dest',
    sandbox.repository,
    folder,
  ];
  const whole = await make('whole');
  const before = await readTree(whole);
  const points = await findKillPoints(commandLine(whole), whole, path.join(root, 'calls'));
  await inParallel(points, AT_A_TIME, async (point, index) => {
    const folder = await make(`killed-${index}`);
    await killAt(commandLine(folder), { ...point, path: point.path.replace(whole, folder) });
    const when = `${point.call} ${point.nth} on ${point.path}`;
    const left = await readTree(folder);
    const contents = new Set(Object.values(left).map(({ content }) => content));
    const isPlaced = Object.entries(recorded).every(
      ([name, { content, type }]) => type !== 'file' || left[name]?.content === content,
    );
    for (const name of Object.keys(mine)) {
      t.true(isPlaced || contents.has(before[name]?.content ?? ''), `${when}: ${name}`);
    }
    await succeedCli(commandLine(folder));
    const { other, ...restored } = withoutWork(await readTree(folder));
    t.is(other?.content, before['other']?.content);
    t.deepEqual(treeDifferences(recorded, restored), [], when);
  });
  t.log(`${points.length} calls, killed at each: nothing was lost`);
  t.true(points.length > 30, String(points.length));
});
