// Real processes, killed with SIGKILL as they enter each single call that writes, syncs, renames,
// deletes, cuts or makes something in the repository, inside SQLite's commits too.
import test, { type ExecutionContext } from 'ava';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import path from 'node:path';
import { copyTree } from '../support/files/copy-tree.js';
import type { Tree } from '../support/files/directory-tree.js';
import { memoryDirectory, removeTree } from '../support/files/temporary-directory.js';
import {
  type KillPoint,
  findKillPoints,
  inParallel,
  killAt,
} from '../support/program/killed-process.js';
import { createTestContext } from '../support/program/run-context.js';
import { countSnapshots, isMendedByNext, isWhole } from '../support/repository/whole-repository.js';
import { EVENTFUL_NIGHTS, settle } from '../support/sandbox/eventful-history.js';
import { Sandbox } from '../support/sandbox/sandbox.js';

const AT_A_TIME = 2;

async function createPlace(t: ExecutionContext): Promise<Sandbox> {
  const root = await memoryDirectory(t);
  // The command line's own host, so that its backups and these are of one source.
  const context = createTestContext({ hostName: os.hostname() });
  const sandbox = new Sandbox(root, {
    context,
    repository: path.join(root, 'origin', 'repository'),
  });
  await fs.mkdir(sandbox.source);
  await fs.mkdir(path.dirname(sandbox.repository));
  return sandbox;
}

interface Scene {
  readonly sandbox: Sandbox;
  /** SOURCE as of each snapshot that there is or may be. */
  readonly states: readonly Tree[];
  /** How many snapshots there are before the run. */
  readonly before: number;
}

/** The nights up to the last one backed up, and SOURCE as that one leaves it. */
async function setScene(t: ExecutionContext, nights: number): Promise<Scene> {
  const sandbox = await createPlace(t);
  const states: Tree[] = [];
  for (const [night, change] of EVENTFUL_NIGHTS.slice(0, nights).entries()) {
    if (night > 0) await sandbox.backup();
    await change(sandbox);
    states.push(await settle(sandbox.source));
  }
  return { sandbox, states, before: nights - 1 };
}

async function copyRepository(sandbox: Sandbox, name: string): Promise<Sandbox> {
  const folder = sandbox.at(name);
  await copyTree(path.dirname(sandbox.repository), folder);
  return sandbox.withRepository(path.join(folder, 'repository'));
}

function commandLine({ source, repository }: Sandbox): string[] {
  return ['backup', '--no-examine', source, repository];
}

/** The same point of a run on another repository. */
function pointIn(to: Sandbox, from: Sandbox, point: KillPoint): KillPoint {
  return {
    ...point,
    path: path.join(to.repository, path.relative(from.repository, point.path)),
  };
}

/** Kills a backup at each of its calls, each time on a fresh copy of the repository. */
async function killEverywhere(t: ExecutionContext, scene: Scene): Promise<readonly KillPoint[]> {
  const { sandbox, states, before } = scene;
  const whole = await copyRepository(sandbox, 'whole');
  const log = sandbox.at('calls');
  const points = await findKillPoints(commandLine(whole), whole.repository, log);
  const now = states.at(-1) ?? {};
  let old = 0;
  await inParallel(points, AT_A_TIME, async (point, index) => {
    const killed = await copyRepository(sandbox, `killed-${index}`);
    await killAt(commandLine(killed), pointIn(killed, whole, point));
    const when = `${point.call} ${point.nth} on '${path.relative(whole.repository, point.path)}'`;
    const snapshots = countSnapshots(killed);
    t.true(snapshots === before || snapshots === before + 1, `${when}: ${snapshots} snapshots`);
    if (snapshots === before) old += 1;
    await isWhole(t, killed, states, when);
    await isMendedByNext(t, killed, now, when);
    await removeTree(path.dirname(killed.repository));
  });
  t.log(
    `${points.length} calls, killed at each: ${old} left the old state, ${points.length - old} the new snapshot, all of them whole`,
  );
  t.true(old > 10 && old < points.length, `${old}, ${points.length}`);
  return points;
}

function countCalls(points: readonly KillPoint[], name: RegExp, sandbox: RegExp): number {
  return points.filter((point) => name.test(point.call) && sandbox.test(point.path)).length;
}

test('a backup that is killed at any call leaves every snapshot whole, and the next backup finishes', async (t) => {
  t.timeout(900_000);
  const points = await killEverywhere(t, await setScene(t, 3));
  t.true(points.length > 150, `${points.length} calls`);
  t.true(countCalls(points, /write/, /catalog\.sqlite3$/) > 10, 'inside the commit');
  t.true(countCalls(points, /write/, /catalog\.sqlite3-journal$/) > 20, 'inside its journal');
  t.true(countCalls(points, /unlink/, /catalog\.sqlite3-journal$/) === 2, 'the commits themselves');
  t.true(
    countCalls(points, /rename/, /staging\/new/) > 5 && countCalls(points, /sync/, /./) > 30,
    `${countCalls(points, /rename/, /staging\/new/)}, ${countCalls(points, /sync/, /./)}`,
  );
});

test('the next backup makes good a first backup that was killed at any call', async (t) => {
  t.timeout(900_000);
  const points = await killEverywhere(t, await setScene(t, 1));
  t.true(points.length > 100, `${points.length} calls`);
});

test('a backup that is killed at any call while it finishes an earlier one leaves every snapshot whole', async (t) => {
  t.timeout(900_000);
  const { sandbox, states } = await setScene(t, 3);
  const first = await copyRepository(sandbox, 'first');
  const calls = await findKillPoints(
    commandLine(first),
    first.repository,
    sandbox.at('first-calls'),
  );
  const staged = first.inMirror('redis-rewind-data/staging/new/1');
  const point = calls.find(({ call, path: at }) => call === 'rename' && at === staged);
  if (point === undefined) throw new Error(`nothing is renamed from '${staged}'`);
  await killAt(commandLine(sandbox), pointIn(sandbox, first, point));
  t.true(sandbox.info().unfinished);
  const now = states.at(-1) ?? {};
  const points = await killEverywhere(t, { sandbox, states: [...states, now], before: 3 });
  t.true(points.length > 100, `${points.length} calls`);
});
