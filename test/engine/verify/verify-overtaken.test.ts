// A verification takes no lock. A backup that ends meanwhile moves and removes files of the mirror, and this
// is no damage. Real damage stays a problem even then.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { HookedFileSystem } from '../../support/files/hooked-file-system.js';
import { mainScript } from '../../support/program/project-paths.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

const TWIN = 'one content in two files. '.repeat(1000);

async function backUpTwins(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  await sandbox.write('a', TWIN);
  await sandbox.write('b', TWIN);
  await sandbox.write('c', 'another');
  await sandbox.backup();
  return sandbox;
}

for (const [what, change] of [
  ['a goes', (sandbox: Sandbox) => sandbox.remove('a')],
  ['b goes', (sandbox: Sandbox) => sandbox.remove('b')],
  ['a gets another content', (sandbox: Sandbox) => sandbox.write('a', 'another content')],
  [
    'b becomes a folder',
    (sandbox: Sandbox) => sandbox.remove('b').then(() => sandbox.write('b/b', '')),
  ],
] as const) {
  test(`verify finds nothing wrong with two files of one content when ${what} meanwhile`, async (t) => {
    for (let n = 1; ; n += 1) {
      const sandbox = await backUpTwins(t);
      let count = 0;
      const checkpoint = async (): Promise<void> => {
        count += 1;
        if (count !== n) return;
        await change(sandbox);
        await sandbox.backup();
      };
      const { problems, notes } = await sandbox.verify({ context: { checkpoint } });
      t.deepEqual(problems, [], `at checkpoint ${n}`);
      t.deepEqual(notes, [], `at checkpoint ${n}`);
      if (count < n) {
        t.true(n > 4, `${n} checkpoints`);
        return;
      }
    }
  });
}

test('one damaged file of two is a problem, although a backup ends meanwhile', async (t) => {
  const sandbox = await backUpTwins(t);
  const bytes = readFileSync(sandbox.inMirror('a'));
  bytes[5] = 0;
  writeFileSync(sandbox.inMirror('a'), bytes);
  let isFirst = true;
  const checkpoint = async (): Promise<void> => {
    if (!isFirst) return;
    isFirst = false;
    await sandbox.write('c', 'changed');
    await sandbox.backup();
  };
  const { problems } = await sandbox.verify({ context: { checkpoint } });
  t.deepEqual(
    problems.map(({ path, kind }) => [path, kind]),
    [['a', 'mirror-content']],
  );
});

for (const [what, operation, name] of [
  ['folder', 'list', 'folder'],
  ['link', 'readLink', 'link'],
] as const) {
  test(`verify finds nothing wrong when a ${what} goes right before it is read`, async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write('folder/file', 'text');
    await symlink('folder', sandbox.inSource('link'));
    await sandbox.backup();
    let hasHappened = false;
    const fileSystem = new HookedFileSystem((call) => {
      if (hasHappened || call.operation !== operation) return;
      if (call.path !== sandbox.inMirror(name)) return;
      hasHappened = true;
      rmSync(sandbox.inSource('folder'), { recursive: true });
      unlinkSync(sandbox.inSource('link'));
      symlinkSync('elsewhere', sandbox.inSource('other'));
      const { status } = spawnSync(process.execPath, [
        mainScript,
        'backup',
        '--force',
        sandbox.source,
        sandbox.repository,
      ]);
      // The link that leads out of SOURCE needs a look.
      t.true(status === 0 || status === 3, `exit ${status}`);
    });
    const { problems, notes } = await sandbox.verify({ context: { fileSystem } });
    t.true(hasHappened);
    t.deepEqual(problems, []);
    t.deepEqual(notes, []);
  });
}
