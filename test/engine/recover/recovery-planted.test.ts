// A recovery while the server's user works against it, who owns the server's directory and the folder that it is in. At each
// call that the recovery makes, something of root's or a link is put in the place of a folder. Whatever becomes of the
// recovery, nothing of root's is touched.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ExecutionContext } from 'ava';

import {
  RecoveryJournal,
  makeRecoveries,
} from '../../../src/engine/recover/journal/recovery-journal.js';
import { planRecovery } from '../../../src/engine/recover/plan/plan-recovery.js';
import { readSnapshotData } from '../../../src/engine/recover/source/read-snapshot-data.js';
import { runRecovery } from '../../../src/engine/recover/run-recovery.js';
import { openRepositorySnapshot } from '../../../src/engine/recover/source/repository-snapshot.js';
import { parseTime } from '../../../src/engine/snapshot/time-spec.js';
import { RewindError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { type FileSystem, RealFileSystem } from '../../../src/system/files/file-system.js';
import { type Tree, readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { asRoot } from '../../support/program/as-root.js';
import { createTestContext } from '../../support/program/run-context.js';
import { writeRdb } from '../../support/redis/data/rdb-writer.js';
import { createSettings, createTarget } from '../../support/redis/recovery-facts.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const ID = '20261128T031500Z';
const OLD = writeRdb([{ database: 0, key: 'old', value: { type: 'string', text: 'night' } }]);
/** The user of the server, who needs no name. */
const SERVER = 54_321;

interface Scene {
  readonly sandbox: Sandbox;
  /** The folder of the server's user, with the server's directory `data` in it. */
  readonly owned: string;
  /** A folder of root's elsewhere. */
  readonly outside: string;
  readonly isAsideWithin: boolean;
}

async function setScene(t: ExecutionContext, isAsideWithin: boolean): Promise<Scene> {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', OLD);
  await sandbox.backup({ examine: true });
  return { sandbox, owned: sandbox.at('owned'), outside: sandbox.at('outside'), isAsideWithin };
}

/** Everything anew. Root has a backup in the folder of the server's user, as root does. */
function lay({ owned, outside }: Scene): void {
  for (const folder of [owned, outside]) fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.join(owned, 'data'), { recursive: true });
  fs.writeFileSync(path.join(owned, 'data/dump.rdb'), 'newer');
  fs.writeFileSync(path.join(owned, 'data/nodes.conf'), 'stays');
  for (const name of ['.', 'data', 'data/dump.rdb', 'data/nodes.conf']) {
    fs.lchownSync(path.join(owned, name), SERVER, SERVER);
  }
  for (const folder of [outside, path.join(owned, 'of-root')]) {
    fs.mkdirSync(path.join(folder, 'data'), { recursive: true, mode: 0o700 });
    fs.writeFileSync(path.join(folder, 'dump.rdb'), 'secret', { mode: 0o600 });
    fs.writeFileSync(path.join(folder, 'data/dump.rdb'), 'secret', { mode: 0o600 });
  }
}

/** Puts a link to `target` in the place of a folder, if it is there. */
function plantLink(place: string, target: string): void {
  if (fs.lstatSync(place, { throwIfNoEntry: false }) === undefined) return;
  fs.renameSync(place, `${place}.moved`);
  fs.symlinkSync(target, place);
  fs.lchownSync(place, SERVER, SERVER);
}

function exchange(place: string, other: string): void {
  fs.renameSync(place, `${place}.moved`);
  fs.renameSync(other, place);
}

const ATTACKS: Readonly<Record<string, (scene: Scene) => void>> = {
  'the directory becomes a link': ({ owned, outside }) =>
    plantLink(path.join(owned, 'data'), outside),
  'the folder above it becomes a link': ({ owned, outside }) => plantLink(owned, outside),
  'a folder of root’s gets the name of the directory': ({ owned }) =>
    exchange(path.join(owned, 'data'), path.join(owned, 'of-root')),
  'the folder for what is moved becomes a link': ({ owned, outside, isAsideWithin }) =>
    plantLink(
      isAsideWithin
        ? path.join(owned, `data/.redis-rewind-aside-${ID}`)
        : path.join(owned, `data.before-recover-${ID}`),
      outside,
    ),
  'a link is where the folder for what is moved would be': ({ owned, outside, isAsideWithin }) => {
    const place = isAsideWithin
      ? path.join(owned, `data/.redis-rewind-aside-${ID}`)
      : path.join(owned, `data.before-recover-${ID}`);
    fs.rmSync(place, { recursive: true, force: true });
    fs.symlinkSync(outside, place);
  },
  'the dump becomes a link': ({ owned, outside }) => {
    plantLink(path.join(owned, 'data/dump.rdb'), path.join(outside, 'dump.rdb'));
  },
};

interface Look {
  readonly trees: readonly Tree[];
  readonly changes: readonly bigint[];
}

/** Of what is root's: all of it, wherever it is by now. */
async function look({ owned, outside }: Scene): Promise<Look> {
  const found = [
    path.join(owned, 'of-root'),
    path.join(owned, 'data'),
    path.join(`${owned}.moved`, 'of-root'),
  ].find((place) => isOfRoot(place));
  const folders = [outside, ...(found === undefined ? [] : [found])];
  const trees = await Promise.all(folders.map((folder) => readTree(folder)));
  const changes = trees.flatMap((tree, index) =>
    Object.keys(tree)
      // Its own name has changed, by the hand of the server's user.
      .filter((name) => name !== '.' && name !== '')
      .map((name) => fs.lstatSync(path.join(folders[index] ?? '', name), { bigint: true }).ctimeNs),
  );
  return { trees, changes };
}

function isOfRoot(place: string): boolean {
  return fs.existsSync(path.join(place, 'data/dump.rdb'));
}

async function recover(
  { sandbox, owned, isAsideWithin }: Scene,
  fileSystem: FileSystem,
  undo: boolean,
): Promise<void> {
  const context = createTestContext({ fileSystem });
  const directory = path.join(owned, 'data');
  const source = openRepositorySnapshot(sandbox.repositoryPath, parseTime('now'), context);
  try {
    const settings = createSettings({ isAofOn: true });
    const target = createTarget({
      directory: pathFromText(directory),
      names: new RealFileSystem().list(pathFromText(directory)),
      isMovableOut: !isAsideWithin,
      settings,
      version: { product: 'redis', major: 7, minor: 0 },
    });
    const data = await readSnapshotData(source, settings);
    const plan = planRecovery({ target, data, use: 'auto', expired: null }, ID);
    const recoveries = pathFromText(path.join(sandbox.root, 'recover'));
    fs.rmSync(recoveries, { recursive: true, force: true });
    const kept = new HookedFileSystem(() => undefined, { sync: false });
    const at = { fileSystem: kept, recoveries, uid: 0, processId: 1 };
    makeRecoveries(at);
    const { dev, ino } = fs.statSync(directory, { bigint: true });
    const journal = RecoveryJournal.create(at, {
      id: ID,
      program: context.program,
      snapshotId: 1,
      time: 'now',
      archive: null,
      directory: { path: target.directory, dev, ino },
      data: plan.aside.data,
      aside: plan.aside.names,
      isAsideWithin: plan.aside.isWithin,
      startedBy: 'hand',
    });
    const run = async (): Promise<unknown> =>
      runRecovery({
        journal,
        beforeEnd: () => [],
        directory: target.directory,
        control: {
          keepPresent: async () => [],
          stop: async () => undefined,
          isUp: () => false,
          requireGone: () => undefined,
          start: async () => undefined,
          check: async () => [],
        },
        placement: {
          source: source.files,
          files: plan.files,
          owner: { uid: SERVER, gid: SERVER },
        },
        toType: { again: 'again', undo: 'undo' },
        context,
      });
    await run();
    if (!undo) return;
    journal.noteUndo();
    await run();
  } finally {
    await source.close();
  }
}

for (const [title, strike] of Object.entries(ATTACKS)) {
  for (const isAsideWithin of [false, true]) {
    // Where it is within, the attacks from above are no others.
    if (isAsideWithin && !title.includes('what is moved')) continue;
    const where = isAsideWithin ? 'within the directory' : 'beside the directory';
    asRoot(`what is moved goes ${where}: nothing of root’s is touched when ${title}`, async (t) => {
      const scene = await setScene(t, isAsideWithin);
      let struck = 0;
      let recovered = 0;
      for (let n = 1; ; n += 1) {
        fs.rmSync(`${scene.owned}.moved`, { recursive: true, force: true });
        lay(scene);
        const before = await look(scene);
        let count = 0;
        const fileSystem = new HookedFileSystem(
          ({ path: called }) => {
            // restore-planted.test.ts strikes at the calls within the work folder of a restore.
            const isOfRestore = called.includes('/.redis-rewind-restore-');
            if (!called.startsWith(scene.owned) || isOfRestore) return;
            count += 1;
            if (count === n) strike(scene);
          },
          { sync: false },
        );
        const outcome = await recover(scene, fileSystem, true).catch((error: unknown) => error);
        const after = await look(scene);
        for (const [index, tree] of before.trees.entries()) {
          t.deepEqual(treeDifferences(tree, after.trees[index] ?? {}), [], `call ${n}`);
        }
        t.deepEqual(after.changes, before.changes, `call ${n}`);
        if (outcome instanceof Error)
          t.true(outcome instanceof RewindError, `call ${n}: ${outcome.stack}`);
        else recovered += 1;
        if (count < n) break;
        struck += 1;
      }
      t.log(`struck at ${struck} calls; ${recovered} recoveries were done all the same`);
      t.true(struck > 60, String(struck));
      t.true(recovered > 0);
    });
  }
}
