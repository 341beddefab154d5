// Frozen bytes of librsync and of this program: what was once written must be readable for ever.
import test from 'ava';
import { readFileSync, readdirSync } from 'node:fs';
import { bytesDifference } from '../support/files/bytes-difference.js';
import { fixturePath } from '../support/program/project-paths.js';
import { KINDS } from './corpus.js';
import { deltaBySignature, patchBuffer, signatureOf } from './run-delta.js';

const FOLDER = fixturePath('delta-vectors');
const names = readdirSync(FOLDER);

function vector(name: string): Buffer {
  return readFileSync(`${FOLDER}/${name}`);
}

const basis = vector('basis');
const result = vector('result');

for (const kind of KINDS) {
  const name = `${kind.weak}-${kind.strong}`;

  test(`the signature of ${name} is made as it was frozen`, async (t) => {
    const made = await signatureOf(basis, { kind, blockBytes: 64, strongBytes: 8 });
    t.is(bytesDifference(vector(`${name}.signature`), made), null);
  });

  test(`the signature of ${name} gives a delta that makes the result`, async (t) => {
    const delta = await deltaBySignature(vector(`${name}.signature`), result);
    t.is(bytesDifference(result, await patchBuffer(basis, delta)), null);
  });
}

for (const name of names.filter((file) => file.endsWith('.delta'))) {
  test(`${name} makes what it was frozen with, in chunks of any size`, async (t) => {
    const expected = name.startsWith('every-opcode') ? vector('every-opcode.result') : result;
    const delta = vector(name);
    for (const chunkBytes of [1, 5, delta.length]) {
      t.is(bytesDifference(expected, await patchBuffer(basis, delta, { chunkBytes })), null);
    }
  });
}

test('every frozen file is read by a test', (t) => {
  const known = [
    'README.md',
    'basis',
    'differ.delta',
    'every-opcode.delta',
    'every-opcode.result',
    'result',
    ...KINDS.flatMap(({ weak, strong }) => [
      `${weak}-${strong}.delta`,
      `${weak}-${strong}.signature`,
    ]),
  ];
  t.deepEqual(names.toSorted(), known.toSorted());
});
