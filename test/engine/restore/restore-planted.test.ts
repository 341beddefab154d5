// A restore while the owner of the destination works against it. At each call that the restore makes, links
// to a folder outside are planted. Whatever becomes of the restore, nothing outside is touched.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ExecutionContext } from 'ava';
import { RewindError } from '../../../src/errors.js';
import { type Tree, readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { asRoot } from '../../support/program/as-root.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** The other user, who needs no name. */
const OTHER = 54_321;

interface Scene {
  readonly sandbox: Sandbox;
  /** The folder of the other user, in which the restore has its destination. */
  readonly owned: string;
  /** A folder of root's: it has the files and folders that links could lead to. */
  readonly outside: string;
}

async function setScene(t: ExecutionContext): Promise<Scene> {
  const sandbox = await createSandbox(t);
  fs.mkdirSync(sandbox.inSource('aof/deeper'), { recursive: true });
  fs.writeFileSync(sandbox.inSource('dump.rdb'), 'a dump', { mode: 0o666 });
  fs.writeFileSync(sandbox.inSource('aof/manifest'), 'a manifest');
  fs.writeFileSync(sandbox.inSource('aof/deeper/file'), 'a file');
  await sandbox.backup();
  const [owned, outside] = [sandbox.at('owned'), sandbox.at('outside')];
  fs.mkdirSync(path.join(outside, 'aof/deeper'), { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(outside, 'dump.rdb'), 'secret', { mode: 0o600 });
  fs.writeFileSync(path.join(outside, 'aof/manifest'), 'secret', { mode: 0o600 });
  return { sandbox, owned, outside };
}

/** Moves whatever is at `place` away, and puts a link to `target` there. */
function plant(place: string, target: string): void {
  const aside = path.join(path.dirname(place), `.moved-${path.basename(place)}`);
  fs.rmSync(aside, { recursive: true, force: true });
  if (fs.lstatSync(place, { throwIfNoEntry: false }) === undefined) return;
  fs.renameSync(place, aside);
  fs.symlinkSync(target, place);
  fs.lchownSync(place, OTHER, OTHER);
}

/** Puts a folder full of links in the place of a restore's own folder. */
function plantWork(folder: string, outside: string): void {
  for (const name of fs.readdirSync(folder)) {
    if (!name.startsWith('.redis-rewind-restore-')) continue;
    const work = path.join(folder, name);
    fs.renameSync(work, path.join(folder, `.moved-${name}`));
    for (const part of ['made', 'aside']) fs.mkdirSync(path.join(work, part), { recursive: true });
    for (let index = 0; index < 8; index += 1) {
      fs.symlinkSync(path.join(outside, 'dump.rdb'), path.join(work, 'made', String(index)));
    }
  }
}

interface Attack {
  /** What is in the other user's folder before the restore. */
  prepare(scene: Scene): void;
  /** Below the other user's folder. */
  readonly destination: string;
  /** What is restored; '' is everything. */
  readonly only?: string;
  strike(scene: Scene): void;
}

const makeTree = ({ owned }: Scene): void => {
  fs.mkdirSync(path.join(owned, 'redis/aof/deeper'), { recursive: true });
  fs.writeFileSync(path.join(owned, 'redis/dump.rdb'), 'the old dump');
};

const ATTACKS: Record<string, Attack> = {
  'the work folder is replaced by one with links, beside a new destination': {
    prepare: ({ owned }) => fs.mkdirSync(owned),
    destination: 'redis',
    strike: ({ owned, outside }) => plantWork(owned, outside),
  },
  'the work folder is replaced by one with links, in the destination': {
    prepare: makeTree,
    destination: 'redis',
    strike: ({ owned, outside }) => plantWork(path.join(owned, 'redis'), outside),
  },
  'the destination becomes a link': {
    prepare: makeTree,
    destination: 'redis',
    strike: ({ owned, outside }) => plant(path.join(owned, 'redis'), outside),
  },
  'a folder of the destination becomes a link': {
    prepare: makeTree,
    destination: 'redis',
    strike: ({ owned, outside }) => plant(path.join(owned, 'redis/aof'), path.join(outside, 'aof')),
  },
  'a deeper folder of the destination becomes a link': {
    prepare: makeTree,
    destination: 'redis',
    strike: ({ owned, outside }) =>
      plant(path.join(owned, 'redis/aof/deeper'), path.join(outside, 'aof/deeper')),
  },
  'a folder that is missing there becomes a link as soon as it is made': {
    prepare: ({ owned }) => fs.mkdirSync(path.join(owned, 'redis'), { recursive: true }),
    destination: 'redis',
    strike: ({ owned, outside }) => plant(path.join(owned, 'redis/aof'), path.join(outside, 'aof')),
  },
  'a missing parent becomes a link as soon as it is made': {
    prepare: ({ owned }) => fs.mkdirSync(owned),
    destination: 'a/b/redis',
    strike: ({ owned, outside }) => plant(path.join(owned, 'a'), outside),
  },
  'one file is restored, and its folder becomes a link': {
    prepare: makeTree,
    destination: 'redis/dump.rdb',
    only: 'dump.rdb',
    strike: ({ owned, outside }) => plant(path.join(owned, 'redis'), outside),
  },
  'one file is restored, and the file becomes a link': {
    prepare: makeTree,
    destination: 'redis/dump.rdb',
    only: 'dump.rdb',
    strike: ({ owned, outside }) =>
      plant(path.join(owned, 'redis/dump.rdb'), path.join(outside, 'dump.rdb')),
  },
};

/** Modes and owners, contents and times, and the times of the last change of anything. */
async function look(folder: string): Promise<{ tree: Tree; changes: Record<string, bigint> }> {
  const tree = await readTree(folder);
  const changed = (name: string): bigint =>
    fs.lstatSync(path.join(folder, name), { bigint: true }).ctimeNs;
  return { tree, changes: Object.fromEntries(Object.keys(tree).map((k) => [k, changed(k)])) };
}

for (const [title, attack] of Object.entries(ATTACKS)) {
  asRoot(`nothing outside is touched when ${title}`, async (t) => {
    const scene = await setScene(t);
    const { sandbox, owned, outside } = scene;
    let struck = 0;
    let restored = 0;
    for (let n = 1; ; n += 1) {
      fs.rmSync(owned, { recursive: true, force: true });
      attack.prepare(scene);
      const before = await look(outside);
      let count = 0;
      const fileSystem = new HookedFileSystem(
        ({ path: called }) => {
          if (!called.startsWith(owned)) return;
          count += 1;
          if (count === n) attack.strike(scene);
        },
        { sync: false },
      );
      const outcome = await sandbox
        .restore({
          to: path.join(owned, attack.destination),
          path: attack.only ?? '',
          force: true,
          context: { fileSystem },
        })
        .catch((error: unknown) => error);
      const after = await look(outside);
      t.deepEqual(treeDifferences(before.tree, after.tree), [], `call ${n}`);
      t.deepEqual(after.changes, before.changes, `call ${n}`);
      if (outcome instanceof Error)
        t.true(outcome instanceof RewindError, `call ${n}: ${outcome.stack}`);
      else restored += 1;
      if (count < n) break;
      struck += 1;
    }
    t.log(`struck at ${struck} calls; ${restored} restores were done all the same`);
    t.true(struck > 20, String(struck));
  });
}
