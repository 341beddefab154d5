// A directory with files in it that is restored into with --force: it keeps its own owner, mode and time, unless it is the
// directory that was backed up, or --set-dest is given.
import { chmod, chown, mkdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';

import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { asRoot } from '../../support/program/as-root.js';
import { isRoot } from '../../support/program/is-root.js';
import { OWNER } from '../../support/sandbox/four-nights.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** A snapshot of a SOURCE of mode 0750 with a folder of mode 0710 in it, of another owner if root may give it one. */
async function makeSnapshot(t: ExecutionContext): Promise<Sandbox> {
  const sandbox = await createSandbox(t, { records: true });
  await mkdir(sandbox.inSource('appendonlydir'));
  await writeFile(sandbox.inSource('appendonlydir', 'part'), 'part');
  await writeFile(sandbox.inSource('dump.rdb'), 'dump');
  await chmod(sandbox.inSource('appendonlydir'), 0o710);
  await chmod(sandbox.source, 0o750);
  if (isRoot) await chown(sandbox.source, OWNER.uid, OWNER.gid);
  await sandbox.backup();
  return sandbox;
}

/** A directory of mode 0755 of this user, with a file and a folder of the snapshot's name in it. */
async function makeOther(directory: string): Promise<void> {
  await mkdir(directory);
  await mkdir(`${directory}/appendonlydir`);
  await writeFile(`${directory}/other`, 'other');
  await chmod(directory, 0o755);
}

async function metadataOf(directory: string): Promise<string> {
  const { uid, gid, mode } = await stat(directory);
  return `${uid}:${gid} ${(mode & 0o7777).toString(8).padStart(4, '0')}`;
}

const RECORDED = isRoot
  ? `${OWNER.uid}:${OWNER.gid} 0750`
  : `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0} 0750`;

test('a directory with other files keeps its own owner and mode, and a remark says so', async (t) => {
  const sandbox = await makeSnapshot(t);
  const to = sandbox.at('lib');
  await makeOther(to);
  const before = await metadataOf(to);
  const { notes } = await sandbox.restore({ to, force: true });
  t.is(await metadataOf(to), before);
  t.is((await stat(`${to}/appendonlydir`)).mode & 0o7777, 0o710);
  t.deepEqual(notes, [
    {
      severity: 'info',
      kind: 'kept-metadata',
      path: null,
      message: `'${to}' keeps its own owner and mode, ${before}; in the snapshot they are ${RECORDED}`,
      hint: 'add --set-dest to give it those of the snapshot',
    },
  ]);
});

test('its time is not set either', async (t) => {
  const sandbox = await makeSnapshot(t);
  const to = sandbox.at('lib');
  await makeOther(to);
  await sandbox.restore({ to, force: true });
  t.not((await readTree(to))['.']?.mtimeNs, sandbox.snapshot(1).tree['.']?.mtimeNs);
});

asRoot('--chown does not give it away', async (t) => {
  const sandbox = await makeSnapshot(t);
  const to = sandbox.at('lib');
  await makeOther(to);
  const { notes } = await sandbox.restore({ to, force: true, owner: '64001:64002' });
  t.is(await metadataOf(to), '0:0 0755');
  t.is((await stat(`${to}/dump.rdb`)).uid, 64_001);
  t.regex(notes[0]?.message ?? '', / 0:0 0755; in the snapshot they are 64001:64002 0750$/);
});

test('a directory that already has the recorded owner and mode gets no remark', async (t) => {
  const sandbox = await makeSnapshot(t);
  const to = sandbox.at('lib');
  await makeOther(to);
  await chmod(to, 0o750);
  if (isRoot) await chown(to, OWNER.uid, OWNER.gid);
  t.deepEqual((await sandbox.restore({ to, force: true })).notes, []);
});

test('--set-dest gives it the recorded owner, mode and time', async (t) => {
  const sandbox = await makeSnapshot(t);
  const to = sandbox.at('lib');
  await makeOther(to);
  const { notes } = await sandbox.restore({ to, force: true, setDestination: true });
  t.deepEqual(notes, []);
  t.is(await metadataOf(to), RECORDED);
  t.is((await readTree(to))['.']?.mtimeNs, sandbox.snapshot(1).tree['.']?.mtimeNs);
});

test('the directory that was backed up gets them back, by its path or through a link', async (t) => {
  const sandbox = await makeSnapshot(t);
  const { source } = sandbox;
  await symlink(source, sandbox.at('link'));
  for (const to of [source, sandbox.at('link')]) {
    await chmod(source, 0o777);
    if (isRoot) await chown(source, 0, 0);
    t.deepEqual((await sandbox.restore({ to, force: true })).notes, []);
    t.deepEqual(treeDifferences(sandbox.snapshot(1).tree, await readTree(source)), []);
  }
  await chmod(sandbox.inSource('appendonlydir'), 0o777);
  const to = sandbox.inSource('appendonlydir');
  await sandbox.restore({ to, path: 'appendonlydir', force: true });
  t.is((await stat(to)).mode & 0o7777, 0o710);
});

test('a directory that has moved to another path does not, and its folder of --also does', async (t) => {
  const sandbox = await makeSnapshot(t);
  await mkdir(sandbox.at('etc'), { mode: 0o700 });
  await writeFile(sandbox.at('etc', 'redis.conf'), 'appendonly no');
  await sandbox.backup({ also: [sandbox.at('etc')] });
  await chmod(sandbox.at('etc'), 0o777);
  const path = `redis-rewind-data/also${sandbox.at('etc')}`;
  await sandbox.restore({ to: sandbox.at('etc'), path, force: true });
  t.is((await stat(sandbox.at('etc'))).mode & 0o7777, 0o700);

  await chmod(sandbox.source, 0o777);
  await rename(sandbox.source, sandbox.at('moved'));
  await sandbox.restore({ to: sandbox.at('moved'), force: true });
  t.is((await stat(sandbox.at('moved'))).mode & 0o7777, 0o777);
});
