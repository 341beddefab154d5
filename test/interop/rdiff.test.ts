// Stock rdiff and the engine read what the other writes.
import test from 'ava';
import { BLOCK_BYTES, CORPUS, KINDS, corpusPairs } from '../delta/corpus.js';
import { randomBytesOf } from '../delta/random-bytes.js';
import {
  composeBuffers,
  deltaBySignature,
  diffBuffers,
  patchBuffer,
  signatureOf,
} from '../delta/run-delta.js';
import { bytesDifference } from '../support/files/bytes-difference.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { Rdiff } from './rdiff.js';

for (const kind of KINDS) {
  const name = `${kind.weak} and ${kind.strong}`;

  test(`signatures with ${name} are rdiff's, byte for byte`, async (t) => {
    const rdiff = new Rdiff(await temporaryDirectory(t));
    for (const [file, bytes] of Object.entries(CORPUS)) {
      for (const [blockBytes, strongBytes] of [
        [BLOCK_BYTES, 16],
        [64, 8],
        [1000, 1],
      ] as const) {
        const ours = await signatureOf(bytes, { kind, blockBytes, strongBytes });
        const theirs = rdiff.signature(bytes, kind, blockBytes, strongBytes);
        t.true(ours.equals(theirs), `${file}, blocks of ${blockBytes}`);
      }
    }
  });

  test(`rdiff and the engine read each other’s deltas from signatures with ${name}`, async (t) => {
    const rdiff = new Rdiff(await temporaryDirectory(t));
    for (const pair of corpusPairs()) {
      const { basis, result } = pair;
      const signature = rdiff.signature(basis, kind, BLOCK_BYTES, 8);
      const theirs = rdiff.delta(signature, result);
      t.true((await patchBuffer(basis, theirs)).equals(result), `rdiff's delta, ${pair.name}`);
      for (const chunkBytes of [7919, 1]) {
        const ours = await deltaBySignature(signature, result, chunkBytes);
        t.true(rdiff.patch(basis, ours).equals(result), `our delta, ${pair.name}`);
        t.true(ours.length <= theirs.length, `${pair.name}: ${ours.length} to ${theirs.length}`);
      }
    }
  });
}

test('rdiff applies what the differ makes, for every pair of the corpus', async (t) => {
  const rdiff = new Rdiff(await temporaryDirectory(t));
  for (const { name, basis, result } of corpusPairs()) {
    const { delta } = await diffBuffers(basis, result);
    t.true(rdiff.patch(basis, delta).equals(result), name);
  }
});

test('rdiff applies a delta of a megabyte with thousands of commands', async (t) => {
  const rdiff = new Rdiff(await temporaryDirectory(t));
  const basis = randomBytesOf(31, 1 << 20);
  const pieces = Array.from({ length: 3000 }, (_, i) =>
    i % 3 === 0 ? randomBytesOf(i, i % 700) : basis.subarray(i * 300, i * 300 + 280),
  );
  const result = Buffer.concat(pieces);
  const { delta } = await diffBuffers(basis, result);
  t.is(bytesDifference(result, rdiff.patch(basis, delta)), null);
});

test('rdiff applies a composed delta', async (t) => {
  const rdiff = new Rdiff(await temporaryDirectory(t));
  const versions = Object.values(CORPUS);
  const deltas: Buffer[] = [];
  for (const [index, version] of versions.slice(1).entries()) {
    deltas.push((await diffBuffers(versions[index] ?? version, version)).delta);
  }
  const { delta } = await composeBuffers(deltas);
  const last = versions.at(-1) ?? Buffer.alloc(0);
  t.is(bytesDifference(last, rdiff.patch(versions[0] ?? last, delta)), null);
});

test('rdiff and the differ rebuild the same from a signature of large blocks', async (t) => {
  const rdiff = new Rdiff(await temporaryDirectory(t));
  const basis = randomBytesOf(32, 700_000);
  const result = Buffer.concat([basis.subarray(300_000), randomBytesOf(33, 1000), basis]);
  for (const kind of KINDS) {
    const signature = rdiff.signature(basis, kind, 16_384, 16);
    t.is(
      bytesDifference(
        signature,
        await signatureOf(basis, { kind, blockBytes: 16_384, strongBytes: 16 }),
      ),
      null,
    );
    const delta = await deltaBySignature(signature, result);
    t.is(bytesDifference(result, rdiff.patch(basis, delta)), null);
    t.true(
      delta.length <= rdiff.delta(signature, result).length,
      `${delta.length}, ${rdiff.delta(signature, result).length}`,
    );
  }
});
