import test from 'ava';
import { DeltaFormatError } from '../../../src/delta/delta-format-error.js';
import { recommendedBlockBytes } from '../../../src/delta/signature/signature-format.js';
import { UsageError } from '../../../src/errors.js';
import { copy, deltaOf, literal } from '../../support/delta/delta-bytes.js';
import { bytesDifference } from '../../support/files/bytes-difference.js';
import { KINDS } from '../corpus.js';
import { randomBytesOf } from '../random-bytes.js';
import { deltaBySignature, patchBuffer, signatureOf } from '../run-delta.js';

const HEAD_BYTES = 12;
const WEAK_BYTES = 4;

/** The strong sum of a text that is one block. */
async function strongSum(text: string, strong: 'md4' | 'blake2b'): Promise<string> {
  const bytes = Buffer.from(text, 'latin1');
  const made = await signatureOf(bytes, {
    kind: { weak: 'rollsum', strong },
    blockBytes: 4096,
    chunkBytes: 13,
  });
  return made.subarray(HEAD_BYTES + WEAK_BYTES).toString('hex');
}

// RFC 1320, appendix A.5, without the empty text, which has no block.
const MD4_VECTORS: [string, string][] = [
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  [
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
    '043f8582f241db351ce627e153e7f0e4',
  ],
  ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
];

test('MD4 is as in RFC 1320', async (t) => {
  for (const [text, sum] of MD4_VECTORS) t.is(await strongSum(text, 'md4'), sum);
});

test('BLAKE2b has a digest length of 32 as its parameter', async (t) => {
  t.is(
    await strongSum('abc', 'blake2b'),
    'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319',
  );
});

test('the weak sums are as librsync defines them', async (t) => {
  const bytes = Buffer.from([1, 2, 3]);
  const rollsum = await signatureOf(bytes, { kind: { weak: 'rollsum', strong: 'md4' } });
  // s1 = 32 + 33 + 34, s2 = 32 + 65 + 99
  t.is(rollsum.readUInt32BE(HEAD_BYTES), (196 << 16) | 99);
  const rabinkarp = await signatureOf(bytes, { kind: { weak: 'rabinkarp', strong: 'md4' } });
  const expected = bytes.reduce((h, byte) => (h * 0x08104225n + BigInt(byte)) & 0xffffffffn, 1n);
  t.is(rabinkarp.readUInt32BE(HEAD_BYTES), Number(expected));
});

test('a signature of an empty file is its head', async (t) => {
  t.is((await signatureOf(Buffer.alloc(0))).toString('hex'), '727301470000080000000020');
});

test('blocks follow the head, each with as much of its strong sum as was asked for', async (t) => {
  const made = await signatureOf(randomBytesOf(1, 1000), { blockBytes: 300, strongBytes: 5 });
  t.is(made.length, HEAD_BYTES + 4 * (WEAK_BYTES + 5));
  t.is(made.readUInt32BE(4), 300);
  t.is(made.readUInt32BE(8), 5);
});

test('lengths that a signature cannot have are refused', async (t) => {
  const bytes = Buffer.from('x');
  const md4 = { weak: 'rollsum', strong: 'md4' } as const;
  for (const options of [
    { blockBytes: 0 },
    { blockBytes: 2 ** 27 },
    { blockBytes: 1.5 },
    { strongBytes: 0 },
    { strongBytes: 33 },
    { strongBytes: 17, kind: md4 },
  ]) {
    await t.throwsAsync(signatureOf(bytes, options), { instanceOf: UsageError });
  }
});

test('the recommended block length is as in librsync 2.3', (t) => {
  t.is(recommendedBlockBytes(null), 2048);
  t.is(recommendedBlockBytes(0), 256);
  t.is(recommendedBlockBytes(65_536), 256);
  t.is(recommendedBlockBytes(1_000_000), 896);
  t.is(recommendedBlockBytes(10 ** 12), 999_936);
});

test('a delta from a signature copies neighbouring blocks with one COPY', async (t) => {
  const basis = randomBytesOf(2, 10_000);
  const blocks = await signatureOf(basis, { blockBytes: 100 });
  const result = Buffer.concat([basis.subarray(4000), Buffer.from('new'), basis.subarray(0, 4000)]);
  t.deepEqual(
    await deltaBySignature(blocks, result),
    deltaOf(copy(4000, 6000), literal(Buffer.from('new')), copy(0, 4000)),
  );
});

test('of equal blocks, the one that continues a COPY is taken', async (t) => {
  const basis = Buffer.alloc(100_000, 'same again ');
  for (const kind of KINDS) {
    const blocks = await signatureOf(basis, { blockBytes: 110, kind });
    t.deepEqual(await deltaBySignature(blocks, basis), deltaOf(copy(0, basis.length)));
  }
});

test('the last block of a basis is found though it is short', async (t) => {
  const basis = randomBytesOf(3, 1050);
  for (const kind of KINDS) {
    const blocks = await signatureOf(basis, { blockBytes: 100, kind });
    const moved = Buffer.concat([Buffer.from('in front of it '), basis.subarray(1000)]);
    t.deepEqual(
      await deltaBySignature(blocks, moved),
      deltaOf(literal(Buffer.from('in front of it ')), copy(1000, 50)),
    );
  }
});

test('blocks longer than the read-ahead are matched too', async (t) => {
  const basis = randomBytesOf(4, 1_500_000);
  const blocks = await signatureOf(basis, { blockBytes: 400_000 });
  const result = Buffer.concat([Buffer.from('abc'), basis.subarray(400_000), Buffer.from('def')]);
  const delta = await deltaBySignature(blocks, result);
  t.is(bytesDifference(result, await patchBuffer(basis, delta)), null);
  // The last block is not at the end here, so it does not match.
  t.true(delta.length < 300_100 && delta.length > 300_000, String(delta.length));
});

const sound = await signatureOf(randomBytesOf(5, 1000), { blockBytes: 300, strongBytes: 8 });

function withWord(at: number, value: number): Buffer {
  const changed = Buffer.from(sound);
  changed.writeUInt32BE(value, at);
  return changed;
}

const damages: [string, Buffer, string][] = [
  [
    'another magic number',
    withWord(0, 0x72730236),
    'not a librsync signature: its magic number is 0x72730236, at byte 0',
  ],
  [
    'blocks of length zero',
    withWord(4, 0),
    'signature has blocks of 0 bytes; 1 to 67108864 are supported, at byte 4',
  ],
  [
    'blocks longer than memory',
    withWord(4, 0xffffffff),
    'signature has blocks of 4294967295 bytes; 1 to 67108864 are supported, at byte 4',
  ],
  [
    'strong sums of length zero',
    withWord(8, 0),
    'signature has strong sums of 0 bytes, which its kind cannot have, at byte 8',
  ],
  [
    'strong sums longer than the hash',
    withWord(8, 33),
    'signature has strong sums of 33 bytes, which its kind cannot have, at byte 8',
  ],
  [
    'a block that is cut off',
    sound.subarray(0, -1),
    `signature ends in the middle of a block, at byte ${sound.length - 1}`,
  ],
  ['no head', sound.subarray(0, 11), 'signature ends in the middle of a block, at byte 11'],
];

for (const [what, bytes, message] of damages) {
  test(`a signature with ${what} is corrupt`, async (t) => {
    for (const chunkBytes of [1, 1000]) {
      await t.throwsAsync(deltaBySignature(bytes, Buffer.from('new bytes'), chunkBytes), {
        instanceOf: DeltaFormatError,
        message,
      });
    }
  });
}
