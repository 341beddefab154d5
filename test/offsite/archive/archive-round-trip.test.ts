// What is written into an archive comes out of it again, whatever locks it, and an end before the last byte is no archive.
import test from 'ava';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { CorruptError, UsageError } from '../../../src/errors.js';
import { openArchive } from '../../../src/offsite/archive/open-archive.js';
import { prepareSeal } from '../../../src/offsite/archive/seal-archive.js';
import { writeArchive } from '../../../src/offsite/archive/write-archive.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { Secret } from '../../../src/system/secrets/secret.js';
import {
  NO_KEYS,
  archiveEntry,
  chunksOf,
  fileEntry,
  gather,
  readTestArchive,
  smallArchive,
  testManifest,
  writeTestArchive,
} from '../../support/archive/archives.js';

test('an archive gives back its manifest and every content', async (t) => {
  const archive = smallArchive();
  t.deepEqual(await readTestArchive(await writeTestArchive(archive)), archive);
});

test('an archive with several recipients opens with the identity of each, and with no other', async (t) => {
  const archive = smallArchive();
  const owners = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
  const recipients = await Promise.all(owners.map(identityToRecipient));
  const bytes = await writeTestArchive(archive, { kind: 'recipients', recipients });
  for (const identity of owners) {
    const file = { path: pathFromText('/key'), identities: [new Secret(identity)], isSsh: false };
    const keys = { identities: [file], passphrase: null };
    t.deepEqual(await readTestArchive(bytes, keys), archive);
  }
  const stranger = new Secret(await generateX25519Identity());
  const file = { path: pathFromText('/key'), identities: [stranger], isSsh: false };
  for (const keys of [
    { identities: [file], passphrase: null },
    { identities: [], passphrase: new Secret('a passphrase') },
  ]) {
    await t.throwsAsync(readTestArchive(bytes, keys), {
      instanceOf: UsageError,
      message: 'none of the keys given opens the archive',
    });
  }
  await t.throwsAsync(readTestArchive(bytes), {
    instanceOf: UsageError,
    message: 'the archive is encrypted',
  });
});

test('an archive with a passphrase opens with that passphrase alone', async (t) => {
  const archive = smallArchive();
  const passphrase = new Secret('correct horse battery staple');
  const bytes = await writeTestArchive(archive, { kind: 'passphrase', passphrase });
  t.deepEqual(await readTestArchive(bytes, { identities: [], passphrase }), archive);
  const wrong = { identities: [], passphrase: new Secret('correct horse') };
  await t.throwsAsync(readTestArchive(bytes, wrong), { instanceOf: UsageError });
});

test('an archive that is not encrypted does not pass for one that is', async (t) => {
  const bytes = await writeTestArchive(smallArchive());
  const keys = { identities: [], passphrase: new Secret('a passphrase') };
  await t.throwsAsync(readTestArchive(bytes, keys), {
    instanceOf: CorruptError,
    message: 'the archive is not encrypted, although a key for it was given',
  });
});

test('a large content is compressed on another thread, and comes out the same', async (t) => {
  const content = Buffer.alloc(9_000_001, 'a line that comes again\n');
  for (let at = 0; at < content.length; at += 997) content[at] = at % 251;
  const path = pathFromText('dump.rdb');
  const manifest = testManifest([archiveEntry(''), fileEntry('dump.rdb', content)]);
  const archive = { manifest, contents: new Map([[path, content]]) };
  const bytes = await writeTestArchive(archive);
  t.true(bytes.length < content.length / 2, `${bytes.length} bytes`);
  t.deepEqual(await readTestArchive(bytes), archive);
});

test('files that are not wanted are proved all the same', async (t) => {
  const archive = smallArchive();
  const damaged = new Map(archive.contents).set(pathFromText('dump.rdb'), Buffer.alloc(19, 'x'));
  const bytes = await writeTestArchive({ ...archive, contents: damaged });
  const opened = await openArchive(chunksOf(bytes, 997), NO_KEYS);
  await t.throwsAsync(opened.finish(), {
    instanceOf: CorruptError,
    message: "'dump.rdb' does not have its digest",
  });
  await opened.close();
});

test('a content that cannot be read ends the stream with its error', async (t) => {
  for (const sizeBytes of [10, 9_000_000]) {
    const manifest = testManifest([
      archiveEntry(''),
      fileEntry('dump.rdb', Buffer.alloc(sizeBytes)),
    ]);
    const seal = await prepareSeal({ kind: 'none' });
    const chunks = writeArchive({
      manifest,
      seal,
      read: async () => {
        throw new CorruptError('it is damaged');
      },
    });
    await t.throwsAsync(gather(chunks), { instanceOf: CorruptError, message: 'it is damaged' });
  }
});

test('a content of another size than the manifest says ends the stream', async (t) => {
  const archive = smallArchive();
  const contents = new Map(archive.contents).set(pathFromText('dump.rdb'), Buffer.from('short'));
  await t.throwsAsync(writeTestArchive({ ...archive, contents }), {
    message: "'dump.rdb' has 5 bytes and not 19",
  });
});

test('whoever stops taking an archive ends the reading of contents', async (t) => {
  const content = Buffer.alloc(64 << 20);
  const manifest = testManifest([archiveEntry(''), fileEntry('dump.rdb', content)]);
  const seal = await prepareSeal({ kind: 'none' });
  let emittedBytes = 0;
  let isEnded = false;
  const chunks = writeArchive({
    manifest,
    seal,
    read: async (_entry, emit) => {
      try {
        for (;;) {
          for (let at = 0; at < 1 << 20; at += 1) content[at] = (at * emittedBytes) >> 7;
          emittedBytes += 1 << 20;
          await emit(content.subarray(0, 1 << 20));
        }
      } finally {
        isEnded = true;
      }
    },
  });
  for await (const chunk of chunks) {
    t.true(chunk.length > 0);
    break;
  }
  t.true(isEnded);
});
