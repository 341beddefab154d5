// Exports, and restores from what they have written: the same trees come back, whoever holds the keys, and an export that
// fails leaves nothing under the name of the archive.
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import test from 'ava';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import {
  CorruptError,
  InTheWayError,
  InterruptedError,
  NotInSnapshotError,
  UsageError,
} from '../../../src/errors.js';
import {
  exportFrom,
  readArchive,
  restoreArchive,
  treeFromArchive,
} from '../../support/archive/exports.js';
import { chunksOf } from '../../support/archive/archives.js';
import { flipped } from '../../support/damage/damage.js';
import { recordNights } from '../../support/sandbox/four-nights.js';
import { randomBytes } from '../../support/sandbox/large-content.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

/** The names beside SOURCE and REPO. */
async function namesIn(sandbox: Sandbox): Promise<string[]> {
  const names = await readdir(sandbox.root);
  return names.filter((name) => !['source', 'repository'].includes(name)).toSorted();
}

test('every snapshot that is exported is restored as it was', async (t) => {
  const sandbox = await recordNights(t, 3);
  for (const { id, tree } of sandbox.recorded) {
    const archive = `${id}.tar.zst`;
    const report = await exportFrom(sandbox, { time: `#${id}`, target: archive });
    t.like(report, { name: archive, encrypted: 'no', target: sandbox.root });
    t.is(report.snapshot.id, id);
    t.is(report.archiveBytes, (await readArchive(sandbox, archive)).length);
    t.is((await stat(sandbox.at(archive))).mode & 0o777, 0o600);
    t.deepEqual(await treeFromArchive(sandbox, { archive }), tree);
  }
});

test('an archive in a folder is named for its snapshot', async (t) => {
  const sandbox = await recordNights(t, 1);
  const { name } = await exportFrom(sandbox, { target: '.' });
  t.regex(name ?? '', /^redis-\d{8}T\d{6}Z-1\.tar\.zst$/);
  t.deepEqual(await namesIn(sandbox), [name]);
});

test('an archive opens with each key that it is made for', async (t) => {
  const sandbox = await recordNights(t, 1);
  const [tree] = sandbox.recorded.map((snapshot) => snapshot.tree);
  const identities = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
  const [first, second] = await Promise.all(identities.map(identityToRecipient));
  const files = identities.map((_, index) => sandbox.at(`key-${index}`));
  for (const [index, file] of files.entries()) await writeFile(file, `${identities[index]}\n`);
  await writeFile(sandbox.at('recipients'), `# the second\n${second}\n`);
  await writeFile(sandbox.at('passphrase'), 'a passphrase\n');

  const recipientFiles = [sandbox.at('recipients')] as never[];
  const sealing = { recipients: [first as string], recipientFiles };
  await exportFrom(sandbox, { target: 'two.age', sealing });
  for (const file of files) {
    const options = { archive: 'two.age', identityFiles: [file] };
    t.deepEqual(await treeFromArchive(sandbox, options), tree);
  }
  const passphraseFile = sandbox.at('passphrase') as never;
  const report = await exportFrom(sandbox, { target: 'phrase.age', sealing: { passphraseFile } });
  t.is(report.encrypted, 'passphrase');
  const options = { archive: 'phrase.age', passphraseFile: sandbox.at('passphrase') };
  t.deepEqual(await treeFromArchive(sandbox, options), tree);
  await t.throwsAsync(treeFromArchive(sandbox, { ...options, archive: 'two.age' }), {
    instanceOf: UsageError,
    message: 'none of the keys given opens the archive',
  });
});

test('keys that contradict each other are refused before anything is read', async (t) => {
  const sandbox = await createSandbox(t);
  const recipients = [await identityToRecipient(await generateX25519Identity())];
  const passphraseFile = sandbox.at('none') as never;
  for (const sealing of [
    { recipients, passphraseFile },
    { recipients, isPlain: true },
    { passphraseFile, isPlain: true },
    { recipients: ['age1nobody'] },
  ]) {
    await t.throwsAsync(exportFrom(sandbox, { sealing }), { instanceOf: UsageError });
  }
  await writeFile(sandbox.at('empty'), '\nthe second line\n');
  await t.throwsAsync(
    exportFrom(sandbox, { sealing: { passphraseFile: sandbox.at('empty') as never } }),
    { instanceOf: UsageError, message: /named by --passphrase-file holds no passphrase/ },
  );
});

test('an archive that exists is replaced only where it is asked for', async (t) => {
  const sandbox = await recordNights(t, 2);
  await exportFrom(sandbox, { time: '#1' });
  const former = await readArchive(sandbox);
  await t.throwsAsync(exportFrom(sandbox), { instanceOf: InTheWayError });
  t.deepEqual(await readArchive(sandbox), former);
  await exportFrom(sandbox, { force: true });
  t.deepEqual(await treeFromArchive(sandbox), sandbox.snapshot(2).tree);
});

test('an export of a content without its digest leaves no archive, and the former one', async (t) => {
  for (const sizeBytes of [20_000, 9_000_000]) {
    const sandbox = await createSandbox(t);
    await sandbox.write('dump.rdb', randomBytes('dump', sizeBytes));
    await sandbox.backup();
    const mirror = sandbox.inMirror('dump.rdb');
    await writeFile(mirror, flipped(await readFile(mirror)));
    const failure = { instanceOf: CorruptError, message: /^'dump.rdb' cannot be exported: / };
    await t.throwsAsync(exportFrom(sandbox), failure);
    t.deepEqual(await namesIn(sandbox), []);
    await writeFile(sandbox.at('archive.tar.zst'), 'the former one');
    await t.throwsAsync(exportFrom(sandbox, { force: true }), failure);
    t.deepEqual(await namesIn(sandbox), ['archive.tar.zst']);
    t.is((await readArchive(sandbox)).toString(), 'the former one');
  }
});

test('an export that is interrupted leaves no archive', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', randomBytes('dump', 9_000_000));
  await sandbox.backup();
  let calls = 0;
  const checkpoint = async (): Promise<void> => {
    calls += 1;
    if (calls > 3) throw new InterruptedError('SIGTERM');
  };
  const context = { ...sandbox.context, checkpoint };
  await t.throwsAsync(exportFrom(sandbox, { context }), { instanceOf: InterruptedError });
  t.deepEqual(await namesIn(sandbox), []);
});

test('an archive goes through a pipe, and is restored from one', async (t) => {
  const sandbox = await recordNights(t, 1);
  const pieces: Buffer[] = [];
  const report = await exportFrom(sandbox, {
    target: '-',
    pipe: async (chunk) => void pieces.push(Buffer.from(chunk)),
  });
  const bytes = Buffer.concat(pieces);
  t.like(report, { target: '-', name: null, archiveBytes: bytes.length });
  const pipe = chunksOf(bytes, 5000);
  t.deepEqual(await treeFromArchive(sandbox, { archive: '-', pipe }), sandbox.snapshot(1).tree);
});

test('one file, what --also kept, and a path that is not there', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', 'the dump');
  await writeFile(sandbox.at('redis.conf'), 'port 6379\n');
  await sandbox.backup({ also: [sandbox.at('redis.conf')] });
  await exportFrom(sandbox);
  await restoreArchive(sandbox, { path: './dump.rdb', to: 'one' });
  t.is(await readFile(sandbox.at('one'), 'utf8'), 'the dump');
  const also = `redis-rewind-data/also${sandbox.at('redis.conf')}`;
  await restoreArchive(sandbox, { path: also, to: 'conf' });
  t.is(await readFile(sandbox.at('conf'), 'utf8'), 'port 6379\n');
  t.deepEqual(Object.keys(await treeFromArchive(sandbox)).toSorted(), ['.', 'dump.rdb']);
  await t.throwsAsync(restoreArchive(sandbox, { path: 'none', to: 'none' }), {
    instanceOf: NotInSnapshotError,
  });
});

test('a restore of one file proves the rest of the archive before it places the file', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('a', 'first');
  await sandbox.write('b', 'x'.repeat(100_000));
  await sandbox.backup();
  await exportFrom(sandbox);
  const whole = await readArchive(sandbox);
  await writeFile(sandbox.at('archive.tar.zst'), whole.subarray(0, -1));
  const error = await t.throwsAsync(restoreArchive(sandbox, { path: 'a', to: 'one' }), {
    instanceOf: CorruptError,
  });
  t.regex(error?.message ?? '', /archive\.tar\.zst' cannot be restored: zstd data ends before/);
  t.deepEqual(await namesIn(sandbox), ['archive.tar.zst']);
});

test('what a restore warns of, an archive remembers', async (t) => {
  const sandbox = await createSandbox(t, { examines: true });
  await sandbox.write('dump.rdb', 'no dump at all');
  await sandbox.backup();
  await exportFrom(sandbox);
  const kinds = async (notes: Promise<{ notes: readonly { kind: string }[] }>): Promise<string[]> =>
    (await notes).notes.map(({ kind }) => kind);
  const fromRepository = await kinds(sandbox.restore());
  t.deepEqual(fromRepository, ['would-not-load']);
  t.deepEqual(await kinds(restoreArchive(sandbox)), fromRepository);
});

test('an archive is not replaced by what is restored from it', async (t) => {
  const sandbox = await recordNights(t, 1);
  await exportFrom(sandbox);
  await t.throwsAsync(
    restoreArchive(sandbox, { path: 'dump.rdb', to: 'archive.tar.zst', force: true }),
    { instanceOf: UsageError, message: /is the archive itself$/ },
  );
});

test('an archive may be restored into the folder that it lies in', async (t) => {
  const sandbox = await recordNights(t, 1);
  await exportFrom(sandbox);
  await restoreArchive(sandbox, { to: '.', force: true });
  t.true((await namesIn(sandbox)).includes('dump.rdb'));
});
