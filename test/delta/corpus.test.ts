// Every pair of files of the corpus, through both ways of making a delta and chunks of several sizes.
import test from 'ava';
import { BLOCK_BYTES, CORPUS, KINDS, corpusPairs } from './corpus.js';
import {
  composeBuffers,
  deltaBySignature,
  diffBuffers,
  patchBuffer,
  signatureOf,
} from './run-delta.js';

const CHUNKS = [1, 97, 255, 256, 257, 100_000];

test('diff and patch rebuild every file of the corpus from every other', async (t) => {
  for (const { name, basis, result } of corpusPairs()) {
    const { delta } = await diffBuffers(basis, result);
    for (const chunkBytes of CHUNKS) {
      t.true((await patchBuffer(basis, delta, { chunkBytes })).equals(result), name);
    }
  }
});

test('a signature is the same whatever the chunks of its input', async (t) => {
  for (const kind of KINDS) {
    for (const [name, bytes] of Object.entries(CORPUS)) {
      const whole = await signatureOf(bytes, { kind, blockBytes: BLOCK_BYTES });
      for (const chunkBytes of CHUNKS) {
        const streamed = await signatureOf(bytes, { kind, blockBytes: BLOCK_BYTES, chunkBytes });
        t.true(streamed.equals(whole), `${name} in chunks of ${chunkBytes}`);
      }
    }
  }
});

test('deltas from signatures rebuild every file of the corpus from every other', async (t) => {
  for (const kind of KINDS) {
    for (const { name, basis, result } of corpusPairs()) {
      const blocks = await signatureOf(basis, { kind, blockBytes: BLOCK_BYTES, strongBytes: 8 });
      const whole = await deltaBySignature(blocks, result);
      t.true((await patchBuffer(basis, whole)).equals(result), name);
      for (const chunkBytes of [1, 257]) {
        t.true((await deltaBySignature(blocks, result, chunkBytes)).equals(whole), name);
      }
    }
  }
});

test('composing over every file of the corpus does what one delta after another does', async (t) => {
  const files = Object.entries(CORPUS);
  for (const { name, basis, result } of corpusPairs()) {
    for (const [over, middle] of files) {
      const first = await diffBuffers(basis, middle);
      const second = await diffBuffers(middle, result);
      const { delta } = await composeBuffers([first.delta, second.delta]);
      t.true((await patchBuffer(basis, delta)).equals(result), `${name} over ${over}`);
    }
  }
});
