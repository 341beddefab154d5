// An archive is proved and examined as a whole before a recovery plans anything, and its files can then be read again.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { fetchArchive } from '../../../../src/engine/recover/source/fetch-archive.js';
import { readSnapshotData } from '../../../../src/engine/recover/source/read-snapshot-data.js';
import type { RecoverySource } from '../../../../src/engine/recover/source/recovery-source.js';
import { CorruptError, NoSpaceError, UsageError } from '../../../../src/errors.js';
import { RealFileSystem } from '../../../../src/system/files/file-system.js';
import { exportFrom, targetRequest } from '../../../support/archive/exports.js';
import { createSettings } from '../../../support/redis/recovery-facts.js';
import { writeRdb } from '../../../support/redis/data/rdb-writer.js';
import { type Sandbox, createSandbox } from '../../../support/sandbox/sandbox.js';

const DUMP = writeRdb(
  ['a', 'b'].map((key) => ({ database: 0, key, value: { type: 'string', text: 'text' } })),
);

async function exported(t: Parameters<typeof createSandbox>[0]): Promise<Sandbox> {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', DUMP);
  await sandbox.write('notes.txt', 'not data');
  await sandbox.backup();
  await exportFrom(sandbox);
  return sandbox;
}

async function fetchFrom(
  { root, context }: Pick<Sandbox, 'root' | 'context'>,
  pipe: AsyncIterable<Uint8Array> | null = null,
): Promise<RecoverySource> {
  const archive = targetRequest(root, pipe === null ? 'archive.tar.zst' : '-');
  const opening = { identityFiles: [], passphraseFile: null };
  return fetchArchive({ kind: 'recover-archive', archive, opening, pipe }, context);
}

async function read({ files }: RecoverySource, name: string): Promise<string> {
  const entry = files.entries.find((each) => each.path === name);
  if (entry === undefined) throw new Error(`${name} is not there`);
  const parts: Buffer[] = [];
  await files.read(entry, (bytes) => {
    parts.push(Buffer.from(bytes));
  });
  return Buffer.concat(parts).toString('latin1');
}

const ALL = `${DUMP.toString('latin1')}not data`;

/** All files one after the other, or the error. */
async function readAll(sandbox: Sandbox): Promise<unknown> {
  try {
    const source = await fetchFrom(sandbox);
    const all = [await read(source, 'dump.rdb'), await read(source, 'notes.txt')];
    await source.close();
    return all.join('');
  } catch (error) {
    return error;
  }
}

test('files are read in any order and more than once, from a file or a pipe', async (t) => {
  const sandbox = await exported(t);
  const bytes = await readFile(path.join(sandbox.root, 'archive.tar.zst'));
  async function* pipe() {
    for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
  }
  const digests: (string | undefined)[] = [];
  for (const source of [await fetchFrom(sandbox), await fetchFrom(sandbox, pipe())]) {
    for (const round of [1, 2]) {
      t.is(await read(source, 'notes.txt'), 'not data', `round ${round}`);
      t.is(await read(source, 'dump.rdb'), DUMP.toString('latin1'), `round ${round}`);
    }
    t.is(source.snapshot.id, 1);
    digests.push(source.archive?.contentDigest);
    const { dump } = await readSnapshotData(source, createSettings({}));
    t.like(dump, { verdict: 'whole', databases: [{ database: 0, keys: 2, expiringKeys: 0 }] });
    await source.close();
  }
  t.is(digests[0], digests[1]);
  t.regex(digests[0] ?? '', /^[0-9a-f]{64}$/);
});

test('a dump that was damaged before its backup is told as such', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', DUMP.subarray(0, -20));
  await sandbox.backup();
  await exportFrom(sandbox);
  const source = await fetchFrom(sandbox);
  t.teardown(async () => source.close());
  const { dump } = await readSnapshotData(source, createSettings({}));
  t.is(dump?.verdict, 'broken');
});

test('damage at any place, a missing end and a wrong name are refused', async (t) => {
  const sandbox = await exported(t);
  const file = path.join(sandbox.root, 'archive.tar.zst');
  const whole = await readFile(file);
  for (let at = 0; at < whole.length; at += 23) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    await writeFile(file, damaged);
    // A bit that means nothing may change: what is read must then be right all the same.
    const found = await readAll(sandbox);
    t.true(found instanceof CorruptError || found === ALL, `byte ${at}: ${String(found)}`);
  }
  await writeFile(file, whole.subarray(0, -1));
  await t.throwsAsync(fetchFrom(sandbox), { instanceOf: CorruptError });
  const folder = { context: sandbox.context, root: path.join(sandbox.root, 'nowhere') };
  await t.throwsAsync(fetchFrom(folder));
});

test('without room for the files it ends before they are read', async (t) => {
  const sandbox = await exported(t);
  const fileSystem = new (class extends RealFileSystem {
    override freeBytes(): number {
      return 10;
    }
  })();
  const context = { ...sandbox.context, fileSystem };
  const error = await t.throwsAsync(fetchFrom({ root: sandbox.root, context }), {
    instanceOf: NoSpaceError,
  });
  t.regex(error.hint ?? '', /TMPDIR/);
});

test('the keys must open it', async (t) => {
  const sandbox = await exported(t);
  const archive = targetRequest(sandbox.root, 'archive.tar.zst');
  const secret = path.join(sandbox.root, 'passphrase');
  await writeFile(secret, 'some words\n', { mode: 0o600 });
  await exportFrom(sandbox, {
    target: 'sealed.age',
    sealing: { passphraseFile: archive.resolve('passphrase') },
  });
  const sealed = targetRequest(sandbox.root, 'sealed.age');
  const opening = { identityFiles: [], passphraseFile: null };
  const request = { kind: 'recover-archive', archive: sealed, opening, pipe: null } as const;
  await t.throwsAsync(fetchArchive(request, sandbox.context), {
    instanceOf: UsageError,
    message: /encrypted/,
  });
  const passphraseFile = sealed.resolve('passphrase');
  const opened = await fetchArchive(
    { ...request, opening: { ...opening, passphraseFile } },
    sandbox.context,
  );
  t.is(await read(opened, 'notes.txt'), 'not data');
  await opened.close();
});
