// Every byte of an archive, flipped, and every place to cut it: what is read of it is either refused, or the same.
import test from 'ava';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { CorruptError, RewindError, UsageError } from '../../../src/errors.js';
import type { OpeningKeys } from '../../../src/offsite/archive/archive-keys.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { Secret } from '../../../src/system/secrets/secret.js';
import {
  NO_KEYS,
  archiveEntry,
  fileEntry,
  readTestArchive,
  testManifest,
  writeTestArchive,
} from '../../support/archive/archives.js';

const content = Buffer.from('REDIS0011 and so on');
const ARCHIVE = {
  manifest: testManifest([archiveEntry(''), fileEntry('dump.rdb', content)]),
  contents: new Map([[pathFromText('dump.rdb'), content]]),
};

/** @returns the class of the refusal; null where the archive was read, and is the same */
async function judge(bytes: Buffer, keys: OpeningKeys): Promise<string | null> {
  try {
    const read = await readTestArchive(bytes, keys);
    const isSame =
      JSON.stringify(read.manifest, bigints) === JSON.stringify(ARCHIVE.manifest, bigints) &&
      read.contents.get(pathFromText('dump.rdb'))?.equals(content) === true;
    return isSame ? null : 'another content';
  } catch (error) {
    return error instanceof RewindError ? error.constructor.name : `bare ${String(error)}`;
  }
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

async function encrypted(): Promise<{ bytes: Buffer; keys: OpeningKeys }> {
  const identity = await generateX25519Identity();
  const recipients = [await identityToRecipient(identity)];
  const bytes = await writeTestArchive(ARCHIVE, { kind: 'recipients', recipients });
  const file = { path: pathFromText('/key'), identities: [new Secret(identity)], isSsh: false };
  return { bytes, keys: { identities: [file], passphrase: null } };
}

const CASES = [
  {
    title: 'that is not encrypted',
    make: async () => ({ bytes: await writeTestArchive(ARCHIVE), keys: NO_KEYS }),
    // The frame's own header has bits that a reader may ignore.
    mostHarmless: 10,
  },
  { title: 'that is encrypted', make: encrypted, mostHarmless: 0 },
];

for (const { title, make, mostHarmless } of CASES) {
  test(`every cut of an archive ${title} is refused`, async (t) => {
    const { bytes, keys } = await make();
    t.is(await judge(bytes, keys), null);
    for (let length = 0; length < bytes.length; length += 1) {
      const verdict = await judge(bytes.subarray(0, length), keys);
      if (verdict !== CorruptError.name) t.fail(`${length} of ${bytes.length} bytes: ${verdict}`);
    }
    t.is(await judge(Buffer.concat([bytes, Buffer.alloc(1)]), keys), CorruptError.name);
  });

  test(`every flipped byte of an archive ${title} is refused or harmless`, async (t) => {
    const { bytes, keys } = await make();
    let harmless = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      const flipped = Buffer.from(bytes);
      flipped[index] = (flipped[index] as number) ^ (1 << (index % 8));
      const verdict = await judge(flipped, keys);
      if (verdict === null) harmless += 1;
      // A header of age that names another recipient, or no version of age.
      else if (![CorruptError.name, UsageError.name].includes(verdict)) {
        t.fail(`byte ${index} of ${bytes.length}: ${verdict}`);
      }
    }
    t.true(harmless <= mostHarmless, `${harmless} of ${bytes.length}`);
  });
}
