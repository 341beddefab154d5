// What must hold for every delta, whatever the files are.
import test from 'ava';
import * as fc from 'fast-check';
import { KINDS } from '../delta/corpus.js';
import {
  applyRun,
  composeBuffers,
  deltaBySignature,
  diffBuffers,
  patchBuffer,
  runOf,
  signatureOf,
} from '../delta/run-delta.js';
import { applyEdits, edits, fileBytes } from './delta-arbitraries.js';

const chunkSize = fc.constantFrom(1, 3, 64, 1000, 100_000);
const indexSize = fc.constantFrom(0, 4096, 65_536, 1 << 25);

test('patching with a diff rebuilds any file from any other', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fileBytes,
      fileBytes,
      indexSize,
      chunkSize,
      async (a, b, index, chunkBytes) => {
        const { delta } = await diffBuffers(a, b, { memoryBytes: index });
        return (await patchBuffer(a, delta, { chunkBytes })).equals(b);
      },
    ),
    { numRuns: 300 },
  );
  t.pass();
});

test('patching with a diff rebuilds an edited file, and its summary adds up', async (t) => {
  await fc.assert(
    fc.asyncProperty(fileBytes, edits, indexSize, async (basis, list, indexBytes) => {
      const result = applyEdits(basis, list);
      const { delta, ...summary } = await diffBuffers(basis, result, { memoryBytes: indexBytes });
      const commands = summary.copyCount + summary.literalCount;
      return (
        (await patchBuffer(basis, delta)).equals(result) &&
        summary.copyBytes + summary.literalBytes === result.length &&
        summary.deltaBytes === delta.length &&
        delta.length <= 5 + summary.literalBytes + 9 * commands
      );
    }),
    { numRuns: 500 },
  );
  t.pass();
});

test('a diff is hardly longer than the file that it makes', async (t) => {
  await fc.assert(
    fc.asyncProperty(fileBytes, fileBytes, async (basis, result) => {
      const { deltaBytes } = await diffBuffers(basis, result);
      return deltaBytes <= 10 + result.length + result.length / 1000;
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('a composed delta makes what its deltas make in turn', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fileBytes,
      fc.array(edits, { minLength: 1, maxLength: 12 }),
      chunkSize,
      async (first, chain, chunkBytes) => {
        let version = first;
        const deltas: Buffer[] = [];
        for (const list of chain) {
          const next = applyEdits(version, list);
          deltas.push((await diffBuffers(version, next)).delta);
          version = next;
        }
        const { delta, resultBytes } = await composeBuffers(deltas, chunkBytes);
        return (
          resultBytes === version.length &&
          (await patchBuffer(first, delta)).equals(version) &&
          (await applyRun(first, runOf(deltas, chunkBytes))).equals(version)
        );
      },
    ),
    { numRuns: 150 },
  );
  t.pass();
});

test('deltas between unrelated files compose too', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fileBytes, { minLength: 2, maxLength: 6 }), async (versions) => {
      const deltas: Buffer[] = [];
      for (const [index, version] of versions.slice(1).entries()) {
        deltas.push((await diffBuffers(versions[index] as Buffer, version)).delta);
      }
      const { delta } = await composeBuffers(deltas);
      const made = await patchBuffer(versions[0] as Buffer, delta);
      return made.equals(versions.at(-1) as Buffer);
    }),
    { numRuns: 100 },
  );
  t.pass();
});

test('deltas from signatures rebuild any edited file', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fileBytes,
      edits,
      fc.constantFrom(...KINDS),
      fc.integer({ min: 8, max: 3000 }),
      chunkSize,
      async (basis, list, kind, blockBytes, chunkBytes) => {
        const result = applyEdits(basis, list);
        const blocks = await signatureOf(basis, { kind, blockBytes, chunkBytes });
        const delta = await deltaBySignature(blocks, result, chunkBytes);
        return (await patchBuffer(basis, delta)).equals(result);
      },
    ),
    { numRuns: 200 },
  );
  t.pass();
});
