// Owner, mode and time of restored entries: as they were recorded, or as --chown says. And the notes for
// those that cannot be set, or that may not be what was meant.
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import test from 'ava';

import type { Note } from '../../../src/engine/run/notes.js';
import { UsageError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { groupName, userName } from '../../../src/system/files/metadata/owners.js';
import { asRoot } from '../../support/program/as-root.js';
import { runCli } from '../../support/program/cli.js';
import { isRoot } from '../../support/program/is-root.js';
import { forgeCatalog } from '../../support/repository/edit-catalog.js';
import { OWNER } from '../../support/sandbox/four-nights.js';
import { readTree, treeDifferences } from '../../support/files/directory-tree.js';
import { createSandbox } from '../../support/sandbox/sandbox.js';
import { isThere } from '../../support/files/is-there.js';

const run = promisify(execFile);

test('times come back to the nanosecond, of files, folders and links', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  const times = {
    usual: 1_795_312_800_123_456_789n,
    'last-nanosecond': 1_795_312_799_999_999_999n,
    'whole-second': 1_795_312_800_000_000_000n,
    epoch: 0n,
    'before-the-epoch': -1_500_000_001n,
    'year-2200': 7_258_118_400_000_000_001n,
  };
  const { source } = sandbox;
  await mkdir(`${source}/folder`);
  await symlink('nowhere', `${source}/link`);
  for (const name of Object.keys(times)) await writeFile(`${source}/folder/${name}`, name);
  const unset = new RealFileSystem().setModificationTimes([
    ...Object.entries(times).map(([name, mtimeNs]) => ({
      path: pathFromText(`${source}/folder/${name}`),
      mtimeNs,
    })),
    { path: pathFromText(`${source}/link`), mtimeNs: times.usual },
    { path: pathFromText(`${source}/folder`), mtimeNs: times['last-nanosecond'] },
    { path: pathFromText(source), mtimeNs: times['before-the-epoch'] },
  ]);
  t.deepEqual(unset, []);
  await sandbox.backup();
  await sandbox.restore({ to: sandbox.at('restored') });
  const restored = await readTree(sandbox.at('restored'));
  t.deepEqual(treeDifferences(sandbox.snapshot(1).tree, restored), []);
  for (const [name, mtimeNs] of Object.entries(times)) {
    t.is(restored[`folder/${name}`]?.mtimeNs, String(mtimeNs), name);
  }
});

test('modes come back, whatever the umask, with set-id and sticky bits', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  const modes = { plain: 0o604, 'read-only': 0o444, 'set-id': 0o6755, nothing: 0o000 };
  for (const [name, mode] of Object.entries(modes)) {
    await writeFile(sandbox.inSource(name), name);
    await chmod(sandbox.inSource(name), name === 'nothing' && !isRoot ? 0o400 : mode);
  }
  for (const [name, mode] of Object.entries({ sticky: 0o1777, shared: 0o2770, closed: 0o500 })) {
    await mkdir(sandbox.inSource(name));
    await writeFile(sandbox.inSource(name, 'within'), name);
    await chmod(sandbox.inSource(name), mode);
  }
  await sandbox.backup();
  await sandbox.restore({ to: sandbox.at('restored') });
  const restored = await readTree(sandbox.at('restored'));
  t.deepEqual(treeDifferences(sandbox.snapshot(1).tree, restored), []);
});

asRoot('owners come back by their numbers, whatever the names', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await writeFile(sandbox.inSource('dump.rdb'), 'dump');
  await chown(sandbox.inSource('dump.rdb'), OWNER.uid, OWNER.gid);
  await chown(sandbox.source, OWNER.uid, 0);
  await sandbox.backup();
  const report = await sandbox.restore({ to: sandbox.at('restored') });
  const restored = await readTree(sandbox.at('restored'));
  t.deepEqual([restored['.']?.uid, restored['.']?.gid], [OWNER.uid, 0]);
  t.deepEqual([restored['dump.rdb']?.uid, restored['dump.rdb']?.gid], [OWNER.uid, OWNER.gid]);
  t.deepEqual(report.notes, []);
});

for (const [form, owner] of Object.entries({
  '64001:64002': { uid: 64_001, gid: 64_002 },
  '64001': { uid: 64_001, gid: OWNER.gid },
  ':64002': { uid: OWNER.uid, gid: 64_002 },
  [`${userName(1)}:${groupName(1)}`]: { uid: 1, gid: 1 },
})) {
  asRoot(`--chown ${form} gives everything to that owner`, async (t) => {
    const sandbox = await createSandbox(t, { records: true });
    await mkdir(sandbox.inSource('folder'));
    await writeFile(sandbox.inSource('folder', 'file'), 'content', { mode: 0o640 });
    await symlink('folder', sandbox.inSource('link'));
    await run('chown', ['-hR', `${OWNER.uid}:${OWNER.gid}`, sandbox.source]);
    await sandbox.backup();
    const report = await sandbox.restore({ to: sandbox.at('restored'), owner: form });
    const expected = Object.fromEntries(
      Object.entries(sandbox.snapshot(1).tree).map(([name, entry]) => [
        name,
        { ...entry, ...owner },
      ]),
    );
    t.deepEqual(treeDifferences(expected, await readTree(sandbox.at('restored'))), []);
    t.deepEqual(report.notes, []);
  });
}

test('--chown with a name that this machine does not know is wrong usage, and nothing is made', async (t) => {
  const sandbox = await createSandbox(t, { records: true });
  await writeFile(sandbox.inSource('dump.rdb'), 'dump');
  await sandbox.backup();
  await t.throwsAsync(
    sandbox.restore({
      to: sandbox.at('restored'),
      owner: 'no-such-user-here:no-such-group-here',
    }),
    { instanceOf: UsageError, message: /no user 'no-such-user-here'/ },
  );
  t.false(isThere(sandbox.at('restored')), 'restored');
});

/** The note about owners after a restore of entries with these recorded numbers and names. */
const noteFor = async (
  t: Parameters<typeof createSandbox>[0],
  recorded: { uid: number; gid: number; owner: string | null; group: string | null },
  owner?: string,
): Promise<Note | undefined> => {
  const sandbox = await createSandbox(t, { records: true });
  await writeFile(sandbox.inSource('dump.rdb'), 'dump');
  await sandbox.backup();
  forgeCatalog(
    sandbox.repository,
    'UPDATE version SET uid = ?, gid = ?, owner_name = ?, group_name = ?',
    recorded.uid,
    recorded.gid,
    recorded.owner,
    recorded.group,
  );
  const options = owner === undefined ? {} : { owner };
  const report = await sandbox.restore(options);
  return report.notes.find(({ kind }) => kind === 'owner-numbers');
};

test('a warning says which --chown to use when a recorded name has another number on this machine', async (t) => {
  const [owner, group] = [userName(1), groupName(1)];
  const note = await noteFor(t, { uid: 4321, gid: 4322, owner, group });
  t.is(note?.severity, 'look');
  t.is(
    note?.message,
    `'.' was given to 4321:4322, but ${owner}:${group} has other numbers on this machine`,
  );
  t.is(note?.hint, `restore again with --chown ${owner}:${group}`);
});

test('the warning names the number of a group that this machine does not know', async (t) => {
  const owner = userName(1);
  const note = await noteFor(t, { uid: 4321, gid: 4322, owner, group: 'no-such-group-here' });
  t.is(note?.hint, `restore again with --chown ${owner}:4322`);
});

test('there is no warning about owners for names with the same numbers, for unknown names, and after --chown', async (t) => {
  const names = { owner: userName(1), group: groupName(1) };
  t.is(await noteFor(t, { uid: 1, gid: 1, ...names }), undefined);
  t.is(await noteFor(t, { uid: 4321, gid: 4322, owner: null, group: 'no-such-group' }), undefined);
  const { uid, gid } = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  t.is(await noteFor(t, { uid: 4321, gid: 4322, ...names }, `${uid}:${gid}`), undefined);
});

asRoot(
  'a user who is not root restores everything but the owners, gets a note, and exit 3',
  async (t) => {
    const sandbox = await createSandbox(t, { records: true });
    await mkdir(sandbox.inSource('unreadable'));
    await writeFile(sandbox.inSource('unreadable', 'within'), 'content', { mode: 0o4640 });
    await chmod(sandbox.inSource('unreadable'), 0o300);
    await sandbox.backup();
    const home = sandbox.at('home');
    await mkdir(home);
    await run('chown', ['-R', '64001:64001', sandbox.repository, home]);
    const result = await runCli(['restore', sandbox.repository, `${home}/restored`, '--json'], {
      uid: 64_001,
      gid: 64_001,
    });
    t.is(result.code, 3, result.stderr);
    const { notes } = result.json() as { notes: Note[] };
    t.deepEqual(
      notes.map(({ kind, hint }) => ({ kind, hint })),
      [{ kind: 'unset-owner', hint: 'run as root to restore owners' }],
    );
    const expected = Object.fromEntries(
      Object.entries(sandbox.snapshot(1).tree).map(([name, entry]) => [
        name,
        // Set-id bits are only set for the recorded owner.
        { ...entry, uid: 64_001, gid: 64_001, mode: entry.mode.replace(/^4/, '0') },
      ]),
    );
    t.deepEqual(treeDifferences(expected, await readTree(`${home}/restored`)), []);
  },
);
