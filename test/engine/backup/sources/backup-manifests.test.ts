// Whatever stands in a file that is called a manifest costs one warning, and the backup is taken.
import { mkdir } from 'node:fs/promises';
import test from 'ava';
import { MANIFEST_MOST_BYTES } from '../../../../src/persistence/aof/aof-manifest.js';
import { readManifests } from '../../../../src/engine/backup/intake/read-manifests.js';
import { Staging } from '../../../../src/repository/staging.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { entryAsScanned } from '../../../../src/engine/backup/next-entry.js';
import { SystemError } from '../../../../src/errors.js';
import { HookedFileSystem, failAtCall } from '../../../support/files/hooked-file-system.js';
import { lookNames, noteNames } from '../../../support/sandbox/note-names.js';
import { createSandbox } from '../../../support/sandbox/sandbox.js';

const AOF = 'appendonlydir/appendonly.aof';
const LINE = 'file a seq 1 type h\n';
const SET = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n';
const INCR = `file appendonly.aof.1.incr.aof seq 1 type i\n`;

for (const [what, bytes, warning, why] of [
  ['one NUL byte', '\0', 'would-not-load', /has a NUL byte/],
  ['a NUL byte in a line', 'file a seq 1\0 type i\n', 'would-not-load', /has a NUL byte/],
  ['zeros, as a power loss leaves them', '\0'.repeat(4096), 'would-not-load', /has a NUL byte/],
  ['100,000 lines of histories', LINE.repeat(100_000), 'cannot-be-checked', /up to 1 MiB/],
  ['16 MB of histories', LINE.repeat(838_860), 'cannot-be-checked', /up to 1 MiB/],
  ['more than 16 MiB', 'x'.repeat((16 << 20) + 1), 'cannot-be-checked', /up to 1 MiB/],
  ['as many histories as are read', LINE.repeat(52_428), 'without-keys', /neither a base nor/],
] as const) {
  test(`a manifest of ${what} is kept, with a warning`, async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write(`${AOF}.manifest`, bytes);
    for (const run of ['first', 'next']) {
      const { notes } = await sandbox.backup({ examine: true });
      t.deepEqual(lookNames(notes), [`${warning} ${AOF}.manifest`], run);
      t.regex(notes[0]?.message ?? '', why);
    }
    t.deepEqual((await sandbox.verify()).problems, []);
  });
}

test('of many manifests as much is read as there is memory for, and a signal is heard between them', async (t) => {
  const sandbox = await createSandbox(t);
  const comment = `#${'x'.repeat(1022)}\n`.repeat(MANIFEST_MOST_BYTES / 1024);
  const names = Array.from({ length: 17 }, (_, index) => `m${String(index).padStart(2, '0')}`);
  for (const name of names) await sandbox.write(`${name}.manifest`, comment);
  const { notes } = await sandbox.backup({ examine: true });
  t.deepEqual(
    noteNames(notes).filter((name) => name.startsWith('cannot')),
    ['cannot-be-checked m16.manifest'],
  );
  const { fileSystem } = sandbox.context;
  const path = pathFromText('m00.manifest');
  const stat = fileSystem.stat(pathFromText(sandbox.inSource('m00.manifest')));
  if (stat === null) throw new Error('no manifest');
  const absolute = pathFromText(sandbox.inSource('m00.manifest'));
  const entry = entryAsScanned({ path, absolute, type: 'file', stat, linkTarget: null }, null);
  const stopped = new Error('stopped');
  const repository = { path: sandbox.repositoryPath };
  const context = { fileSystem, checkpoint: async () => Promise.reject(stopped) };
  const read = readManifests({ context, repository }, new Staging(fileSystem, repository.path), [
    entry,
  ]);
  t.is(await t.throwsAsync(read), stopped);
});

test('a folder where a manifest names a file, and a base that is empty, are told apart', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write(`${AOF}.manifest`, `file appendonly.aof.1.base.rdb seq 1 type b\n${INCR}`);
  await sandbox.write(`${AOF}.1.incr.aof`, SET);
  await mkdir(sandbox.inSource(`${AOF}.1.base.rdb`));
  const folder = await sandbox.backup({ examine: true });
  t.deepEqual(lookNames(folder.notes), [`would-not-load ${AOF}.manifest`]);
  t.regex(folder.notes[0]?.message ?? '', /base\.rdb', which is a folder$/);

  const other = await createSandbox(t);
  await other.write(`${AOF}.manifest`, `file appendonly.aof.1.base.rdb seq 1 type b\n${INCR}`);
  await other.write(`${AOF}.1.incr.aof`, SET);
  await other.write(`${AOF}.1.base.rdb`, '');
  const { notes, examined } = await other.backup({ examine: true });
  t.deepEqual(lookNames(notes), [`without-keys ${AOF}.manifest`]);
  t.deepEqual(
    examined.map(({ loads }) => loads),
    [true, true],
  );
});

test('a folder with the name of the manifest of the AOF files beside it is told', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write(`${AOF}.1.incr.aof`, SET);
  await mkdir(sandbox.inSource(`${AOF}.manifest`));
  await mkdir(sandbox.inSource('appendonlydir/other.manifest'));
  const { notes } = await sandbox.backup({ examine: true });
  t.deepEqual(lookNames(notes), [`would-not-load ${AOF}.manifest`]);
  t.regex(notes[0]?.message ?? '', /appendonly\.aof\.manifest': it is a folder$/);
});

/** Fails at the n-th call on the manifest in SOURCE, which is read to know what it names, and then taken. */
function failOnManifest(manifest: string, n: number, errno: string) {
  const fault = failAtCall(n, errno);
  const fileSystem = new HookedFileSystem((call) => {
    if (call.path === manifest && call.operation !== 'close') fault.hook(call);
  });
  return { fileSystem, hasStruck: () => fault.hasStruck() };
}

for (const errno of ['EIO', 'EACCES', 'ESTALE']) {
  test(`${errno} at any call on a manifest of SOURCE costs at most this file, and no backup`, async (t) => {
    for (let n = 1; ; n += 1) {
      const sandbox = await createSandbox(t);
      await sandbox.write(`${AOF}.manifest`, `${INCR}file odd-name seq 2 type i\n`);
      await sandbox.write(`${AOF}.1.incr.aof`, SET);
      await sandbox.write('appendonlydir/odd-name', `${SET}no command at all`);
      const manifest = sandbox.inSource(`${AOF}.manifest`);
      const { fileSystem, hasStruck } = failOnManifest(manifest, n, errno);
      const { snapshot, notes } = await sandbox.backup({ examine: true, context: { fileSystem } });
      t.is(snapshot.id, 1, `call ${n}`);
      // Files of an AOF that could not be known as such are not called sound.
      const kinds = notes.filter(({ severity }) => severity === 'look').map(({ kind }) => kind);
      t.true(kinds.length > 0, `call ${n}: ${kinds.join(', ')}`);
      t.deepEqual((await sandbox.verify()).problems, [], `call ${n}`);
      const next = await sandbox.backup({ examine: true });
      t.true(next.snapshot.files === 3, `call ${n}`);
      if (!hasStruck()) {
        t.true(n > 5, `${n} calls`);
        return;
      }
    }
  });
}

for (const errno of ['EMFILE', 'ENFILE', 'ENOMEM']) {
  test(`${errno} while a manifest of SOURCE is read for the names in it ends the backup`, async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.write(`${AOF}.manifest`, INCR);
    const manifest = sandbox.inSource(`${AOF}.manifest`);
    let isReading = false;
    const fileSystem = new HookedFileSystem((call) => {
      if (call.path !== manifest) return;
      if (call.operation === 'open') isReading = true;
      if (isReading) failAtCall(1, errno).hook(call);
    });
    const run = sandbox.backup({ examine: true, context: { fileSystem } });
    const error = await t.throwsAsync(run, { instanceOf: SystemError });
    t.deepEqual([error.errno, error.exitCode], [errno, 1]);
    t.is((await sandbox.backup({ examine: true })).snapshot.id, 1);
  });
}
