// The payload and the passphrases of age files, held against the package age-encryption, which has its own of both.
import test from 'ava';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { CorruptError } from '../../../src/errors.js';
import { openHeader, sealHeader, takeHeader } from '../../../src/offsite/age/age-header.js';
import { openPayload, sealPayload } from '../../../src/offsite/age/age-payload.js';
import { Secret } from '../../../src/system/secrets/secret.js';
import { ByteSource } from '../../../src/system/streams/byte-source.js';
import { chunksOf, gather } from '../../support/archive/archives.js';
import { SeededRandom } from '../../support/program/seeded-random.js';

const PIECE = 64 * 1024;
const SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 17];

async function sealed(plain: Buffer, recipient: string): Promise<Buffer> {
  const { bytes, fileKey } = await sealHeader({ recipients: [recipient] });
  const payload = await gather(sealPayload(chunksOf(plain, 1000), fileKey));
  return Buffer.concat([bytes, payload]);
}

async function opened(bytes: Buffer, identity: string): Promise<Buffer> {
  const source = new ByteSource(chunksOf(bytes, 777));
  const header = await takeHeader(source);
  const fileKey = await openHeader(header, {
    identities: [new Secret(identity)],
    passphrase: null,
  });
  return gather(openPayload(source, fileKey ?? Buffer.alloc(16)));
}

test('what is sealed here is opened there, and the other way round, at every size', async (t) => {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const theirs = new Encrypter();
  theirs.addRecipient(recipient);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  for (const size of SIZES) {
    const plain = new SeededRandom(size).bytes(size);
    t.true(plain.equals(await decrypter.decrypt(await sealed(plain, recipient))), `${size}`);
    t.true(plain.equals(await opened(Buffer.from(await theirs.encrypt(plain)), identity)));
  }
});

test('a payload that is cut off, or has a byte that differs, is refused', async (t) => {
  const identity = await generateX25519Identity();
  const whole = await sealed(Buffer.alloc(2 * PIECE + 5, 'x'), await identityToRecipient(identity));
  const headerBytes = whole.indexOf('\n--- ') + 49;
  const lengths = [0, 15, 16, 17, PIECE + 32, PIECE + 33, 2 * (PIECE + 16) + 16];
  for (const length of lengths) {
    await t.throwsAsync(opened(whole.subarray(0, headerBytes + length), identity), {
      instanceOf: CorruptError,
    });
  }
  for (const offset of [0, 16, 100, PIECE + 40, whole.length - headerBytes - 1]) {
    const flipped = Buffer.from(whole);
    flipped[headerBytes + offset] = (flipped[headerBytes + offset] as number) ^ 1;
    await t.throwsAsync(opened(flipped, identity), { instanceOf: CorruptError });
  }
  const longer = Buffer.concat([whole, Buffer.from('x')]);
  await t.throwsAsync(opened(longer, identity), { instanceOf: CorruptError });
});

test('a passphrase given here opens the file there, and the other way round', async (t) => {
  const passphrase = new Secret('a passphrase, with ümlauts');
  const { bytes, fileKey } = await sealHeader({ passphrase });
  const file = Buffer.concat([
    bytes,
    await gather(sealPayload(chunksOf(Buffer.from('plain'), 9), fileKey)),
  ]);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase.reveal());
  t.is(await decrypter.decrypt(file, 'text'), 'plain');

  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase.reveal());
  encrypter.setScryptWorkFactor(10);
  const source = new ByteSource([await encrypter.encrypt('theirs')]);
  const key = await openHeader(await takeHeader(source), { identities: [], passphrase });
  t.is((await gather(openPayload(source, key ?? Buffer.alloc(16)))).toString(), 'theirs');
});

test('a header that asks for too much work is refused before any work', async (t) => {
  const { bytes } = await sealHeader({ passphrase: new Secret('x') });
  const text = Buffer.from(bytes).toString('latin1');
  for (const factor of ['21', '63', '99']) {
    const hostile = Buffer.from(text.replace(/ 18\n/, ` ${factor}\n`), 'latin1');
    await t.throwsAsync(openHeader(hostile, { identities: [], passphrase: new Secret('x') }), {
      instanceOf: CorruptError,
      message: /asks for too much work/,
    });
  }
});

test('a header without an end is refused, however long it is', async (t) => {
  const line = Buffer.from('age-encryption.org/v1\n');
  for (const size of [0, 100, 10_000, 1_000_000]) {
    const source = new ByteSource(chunksOf(Buffer.concat([line, Buffer.alloc(size, 'x\n')]), 4096));
    await t.throwsAsync(takeHeader(source), {
      instanceOf: CorruptError,
      message: /header of the encrypted archive is damaged, or cut off/,
    });
  }
});
