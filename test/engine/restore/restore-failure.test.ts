// A restore that fails in the middle leaves everything as it was. The failure is tried at each call that
// changes something, in a restore that replaces some files of a folder, keeps others and makes folders.
import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';

import type { RestoreReport } from '../../../src/engine/restore/restore-report.js';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import { InterruptedError, SystemError } from '../../../src/errors.js';
import {
  type Hook,
  HookedFileSystem,
  ProcessDied,
  dieAtMutation,
  failAtMutation,
  failing,
  systemFailure,
} from '../../support/files/hooked-file-system.js';
import {
  type Tree,
  type TreeEntry,
  readTree,
  treeDifferences,
} from '../../support/files/directory-tree.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

interface Scene {
  readonly sandbox: Sandbox;
  readonly destination: string;
  /** What the destination is before the restore, and what a restore makes of it. */
  readonly before: Tree;
  readonly after: Tree;
}

/** Files of the destination that the restore replaces, and what they hold. */
const REPLACED = { 'dump.rdb': 'my dump', 'aof/manifest': 'my manifest', link: 'my link' };

async function setScene(t: ExecutionContext): Promise<Scene> {
  const sandbox = await createSandbox(t, { records: true });
  await mkdir(sandbox.inSource('aof'));
  await mkdir(sandbox.inSource('new', 'deeper'), { recursive: true });
  await writeFile(sandbox.inSource('dump.rdb'), 'restored dump', { mode: 0o600 });
  await writeFile(sandbox.inSource('aof', 'manifest'), 'restored manifest');
  await writeFile(sandbox.inSource('new', 'deeper', 'file'), 'restored file');
  await symlink('dump.rdb', sandbox.inSource('link'));
  await sandbox.backup();
  return resetScene(sandbox);
}

/** Makes the destination anew. */
async function resetScene(sandbox: Sandbox): Promise<Scene> {
  const destination = sandbox.at('var', 'redis');
  await rm(sandbox.at('var'), { recursive: true, force: true });
  await mkdir(path.join(destination, 'aof'), { recursive: true });
  for (const [name, content] of Object.entries(REPLACED)) {
    await writeFile(path.join(destination, name), content);
  }
  await writeFile(path.join(destination, 'mine'), 'not in any snapshot');
  const before = await readTree(sandbox.at('var'));
  const placed = Object.entries(sandbox.snapshot(1).tree).map(
    ([name, entry]) => [path.posix.join('redis', name), entry] as const,
  );
  return { sandbox, destination, before, after: { ...before, ...Object.fromEntries(placed) } };
}

/** The failure of a restore through the scene's destination, or its report. */
async function attempt(
  { sandbox, destination }: Scene,
  context: Partial<RunContext>,
): Promise<RestoreReport | Error> {
  try {
    return await sandbox.restore({ to: destination, force: true, setDestination: true, context });
  } catch (error) {
    return error as Error;
  }
}

async function isAsBefore(t: ExecutionContext, scene: Scene, what: string): Promise<void> {
  const now = await readTree(scene.sandbox.at('var'));
  t.deepEqual(treeDifferences(scene.before, now), [], what);
}

test('whichever call fails, the destination is as it was and nothing is left behind', async (t) => {
  let scene = await setScene(t);
  const doneAllTheSame = new Set<string>();
  for (let n = 1; ; n += 1) {
    let operation = '';
    const failure = failAtMutation(n, 'EIO');
    const outcome = await attempt(scene, {
      fileSystem: new HookedFileSystem((call) => {
        if (!failure.hasStruck()) operation = call.operation;
        failure.hook(call);
      }),
    });
    if (outcome instanceof Error) {
      t.true(outcome instanceof SystemError, `call ${n}: ${outcome.stack}`);
      await isAsBefore(t, scene, `call ${n}: ${outcome.message}`);
      continue;
    }
    if (!failure.hasStruck()) {
      t.true(n > 50, `${n - 1} calls failed in turn`);
      break;
    }
    doneAllTheSame.add(operation);
    t.true(['unset-time', 'left-over'].includes(outcome.notes[0]?.kind ?? ''), `call ${n}`);
    scene = await resetScene(scene.sandbox);
  }
  // A time that cannot be set is only a warning, and so is a work directory that cannot be deleted.
  t.deepEqual([...doneAllTheSame].toSorted(), [
    'removeDirectory',
    'setModificationTimes',
    'unlink',
  ]);
});

test('a replaced file that cannot be deleted is only a warning, which says where it is', async (t) => {
  const scene = await setScene(t);
  const hook = failing('EIO', ({ operation, path: place }) => {
    return operation === 'unlink' && place.includes('/aside/');
  });
  const outcome = await attempt(scene, { fileSystem: new HookedFileSystem(hook) });
  if (outcome instanceof Error) throw outcome;
  t.is(outcome.notes[0]?.severity, 'look');
  t.regex(outcome.notes[0]?.message ?? '', /the restore is done, but '.*' could not be deleted/);
  const now = Object.entries(await readTree(scene.sandbox.at('var')));
  const wanted = now.filter(([name]) => !name.includes('.redis-rewind'));
  t.deepEqual(treeDifferences(scene.after, Object.fromEntries(wanted)), []);
  const left = (await readdir(scene.destination)).filter((name) => name.startsWith('.redis-'));
  t.is(left.length, 1);
  t.true(
    outcome.notes[0]?.message.includes(`'${scene.destination}/${left[0]}'`),
    outcome.notes[0]?.message,
  );
});

test('a disk that becomes full at any write leaves everything as it was', async (t) => {
  const scene = await setScene(t);
  for (let n = 1; ; n += 1) {
    let writes = 0;
    const hook = failing('ENOSPC', ({ operation }) => {
      if (operation === 'write') writes += 1;
      return writes >= n && ['write', 'makeDirectory', 'makeLink'].includes(operation);
    });
    const outcome = await attempt(scene, { fileSystem: new HookedFileSystem(hook) });
    if (!(outcome instanceof Error)) {
      t.true(n > 3, `${n - 1} writes failed in turn`);
      return;
    }
    t.is((outcome as SystemError).errno, 'ENOSPC');
    await isAsBefore(t, scene, `write ${n}`);
  }
});

test('a signal at any checkpoint leaves everything as it was', async (t) => {
  const scene = await setScene(t);
  for (let n = 1; ; n += 1) {
    let count = 0;
    const outcome = await attempt(scene, {
      checkpoint: async () => {
        count += 1;
        if (count === n) throw new InterruptedError('SIGTERM');
      },
    });
    if (!(outcome instanceof Error)) {
      t.true(n > 3, `${n - 1} checkpoints`);
      return;
    }
    t.true(outcome instanceof InterruptedError, String(outcome));
    await isAsBefore(t, scene, `checkpoint ${n}`);
  }
});

test('a process that dies at any call loses nothing that was there', async (t) => {
  const isDead = (error: unknown): boolean =>
    error instanceof ProcessDied || (error instanceof Error && isDead(error.cause));
  const { sandbox } = await setScene(t);
  for (let n = 1; ; n += 2) {
    const scene = await resetScene(sandbox);
    const death = dieAtMutation(n);
    const outcome = await attempt(scene, { fileSystem: new HookedFileSystem(death.hook) });
    const present = Object.values(await contentsOf(scene.destination));
    if (!death.hasStruck()) return;
    t.true(isDead(outcome) || !(outcome instanceof Error), `call ${n}`);
    const isDone = present.includes('restored manifest') && present.includes('restored dump');
    for (const [name, content] of Object.entries({ ...REPLACED, mine: 'not in any snapshot' })) {
      t.true(isDone || present.includes(content), `call ${n}: ${name}`);
    }
  }
});

async function contentsOf(directory: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) contents[file] = await readFile(file, 'utf8');
  }
  return contents;
}

/** The last entry cannot be placed, and the files put aside cannot be moved back. */
const failPlacingAndTakingBack: Hook = (call) => {
  const isLast = call.path.endsWith('/made/5');
  if (call.operation === 'rename' && (isLast || call.path.includes('/aside/'))) {
    throw systemFailure(call, 'EIO');
  }
};

test.serial('when undoing fails too, the error says where the replaced files are', async (t) => {
  const scene = await setScene(t);
  const open = (await readdir('/proc/self/fd')).length;
  const outcome = await attempt(scene, {
    fileSystem: new HookedFileSystem(failPlacingAndTakingBack),
  });
  t.true(outcome instanceof SystemError, JSON.stringify(outcome));
  const { message, hint } = outcome as SystemError;
  t.regex(message, /^cannot undo the failed restore of '.*\/var\/redis': cannot rename/);
  const aside = /'(.*)'/.exec(hint ?? '')?.[1] ?? '';
  t.deepEqual(
    Object.values(await contentsOf(aside)).toSorted(),
    Object.values(REPLACED).toSorted(),
  );
  t.is((await readdir('/proc/self/fd')).length, open);
});

test.serial(
  'when undoing fails and no file was replaced, nothing of the work is left, on disk or open',
  async (t) => {
    const { sandbox } = await setScene(t);
    const countOpen = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
    const before = await countOpen();
    const hook: Hook = (call) => {
      const isPlacing = call.operation === 'rename' && call.path.includes('/made/');
      if (isPlacing || (call.operation === 'removeDirectory' && call.path === sandbox.at('a'))) {
        throw systemFailure(call, 'EIO');
      }
    };
    const error = await t.throwsAsync(
      sandbox.restore({
        to: sandbox.at('a', 'restored'),
        context: { fileSystem: new HookedFileSystem(hook) },
      }),
      { instanceOf: SystemError, message: /^cannot undo the failed restore of / },
    );
    t.regex(error.hint ?? '', /^no file was replaced/);
    t.deepEqual(await readdir(sandbox.at('a')), []);
    t.deepEqual(
      (await readdir(sandbox.root)).filter((name) => name.includes('-restore-')),
      [],
    );
    t.is(await countOpen(), before);
  },
);

test('a new destination and the parents made for it are gone when the restore fails', async (t) => {
  const { sandbox } = await setScene(t);
  const before = await readTree(sandbox.root);
  for (const inside of ['', 'dump.rdb']) {
    const hook = failing('EIO', ({ operation, path: place }) => {
      return operation === 'sync' && place === sandbox.at('a', 'b');
    });
    await t.throwsAsync(
      sandbox.restore({
        to: sandbox.at('a', 'b', 'restored'),
        path: inside,
        context: { fileSystem: new HookedFileSystem(hook) },
      }),
      { instanceOf: SystemError },
    );
    // The time of the directory in which they were made is another one.
    const now = { ...(await readTree(sandbox.root)), '.': before['.'] as TreeEntry };
    t.deepEqual(treeDifferences(before, now), []);
  }
});
