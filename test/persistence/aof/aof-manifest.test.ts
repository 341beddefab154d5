import { readFileSync } from 'node:fs';

import test from 'ava';
import * as fc from 'fast-check';

import {
  MANIFEST_MOST_BYTES,
  formatAofManifest,
  parseAofManifest,
} from '../../../src/persistence/aof/aof-manifest.js';
import { quoteWord, splitWords } from '../../../src/persistence/sds-words.js';
import { CorruptError } from '../../../src/errors.js';
import { pathFromBytes, pathFromText } from '../../../src/system/files/byte-path.js';
import { fixturePath } from '../../support/program/project-paths.js';

const parse = (text: string): ReturnType<typeof parseAofManifest> =>
  parseAofManifest(Buffer.from(text, 'latin1'));

for (const point of ['1', '2', '3']) {
  test(`the manifest that redis 7.0 wrote at point ${point} is read, and written as it is`, (t) => {
    const bytes = readFileSync(
      fixturePath(
        'redis-data',
        '7.0-rdb-and-multipart-aof',
        point,
        'appendonlydir',
        'appendonly.aof.manifest',
      ),
    );
    const manifest = parseAofManifest(bytes);
    t.is(manifest.base?.kind, 'base');
    t.not(manifest.incrs.length, 0);
    t.deepEqual(formatAofManifest(manifest).toString(), bytes.toString());
  });
}

test('words in any order and case, comments, quoted names and words of later versions are read', (t) => {
  const manifest = parse(
    '# a comment\nTYPE b FILE "my \\x41OF.1.base.rdb" seq 1\n' +
      "seq 2 type i startoffset 17 file 'x.2.incr'\nfile x.1.incr seq 1 type h\n",
  );
  t.deepEqual(manifest.base, {
    name: pathFromText('my AOF.1.base.rdb'),
    sequence: 1n,
    kind: 'base',
    others: [],
  });
  t.deepEqual(manifest.incrs[0]?.others, [['startoffset', '17']]);
  t.deepEqual(
    formatAofManifest(manifest).toString(),
    'file "my AOF.1.base.rdb" seq 1 type b\nfile x.2.incr seq 2 type i startoffset 17\n',
  );
});

test('a name may be any bytes but a slash, a backslash and NUL', (t) => {
  const name = pathFromBytes(Buffer.from([0xff, 0x20, 0x22, 0x27, 0x0a, 0x07]));
  const manifest = {
    base: { name, sequence: 1n, kind: 'base', others: [] },
    incrs: [],
    histories: [],
  } as const;
  t.deepEqual(parseAofManifest(formatAofManifest(manifest)), manifest);
});

for (const [what, text, why] of [
  ['an empty file', '', /is empty/],
  ['a file without an end of line', 'file a seq 1 type b', /line 1 .* not end in a line feed/],
  ['an odd number of words', 'file a seq 1 type\n', /line 1 .* pairs/],
  ['too few words', 'file a seq 1\n', /line 1 .* pairs/],
  ['an empty line', 'file a seq 1 type b\n\n', /line 2 .* pairs/],
  ['a quote that is not closed', 'file "a seq 1 type b\n', /line 1 .* pairs/],
  ['no sequence number', 'file a seq x type b\n', /line 1 .* sequence/],
  ['an unknown type', 'file a seq 1 type z\n', /line 1 .* type/],
  ['a path for a name', 'file ../a seq 1 type b\n', /line 1 .* not a plain name/],
  ['a backslash in a name', 'file a\\b seq 1 type h\n', /line 1 .* not a plain name/],
  ['a path that a later name replaces', 'file a/b file a seq 1 type b\n', /not a plain name/],
  ['a folder for a name', 'file .. seq 1 type b\n', /line 1 .* is a folder/],
  ['an empty name', 'file "" seq 1 type i\n', /line 1 .* is a folder/],
  ['a sequence number of 0', 'file a seq +0x1 type b\n', /line 1 .* sequence/],
  ['a negative incr', 'file a seq -1 type i\n', /line 1 .* not greater/],
  ['a NUL byte', 'file a seq 1 type b\n\0\n', /line 2 .* NUL byte/],
  ['a NUL byte in a line', 'file a seq 1 type b\0\n', /line 1 .* NUL byte/],
  ['NUL bytes alone', '\0'.repeat(5000), /line 1 .* NUL byte/],
  ['a comment that goes on', `#${'x'.repeat(1500)}\n`, /line 2 .* pairs/],
  ['a vertical tab between words', 'file a\vseq 1 type b\n', /line 1 .* pairs/],
  ['two bases', 'file a seq 1 type b\nfile b seq 2 type b\n', /line 2 .* second base/],
  ['incrs out of order', 'file a seq 2 type i\nfile b seq 2 type i\n', /line 2 .* not greater/],
  ['a line too long', `file ${'a'.repeat(1010)} seq 1 type b\n`, /line 1 .* too long/],
] as const) {
  test(`a manifest with ${what} is refused`, (t) => {
    t.throws(() => parse(text), { instanceOf: CorruptError, message: why });
  });
}

for (const [what, text, files] of [
  ['signs, spaces and letters around numbers', 'file a seq " +1abc" type b\n', ['a 1 base']],
  ['a negative base', 'file a seq -7 type b\n', ['a -7 base']],
  [
    'a number beyond 64 bits',
    `file a seq ${'9'.repeat(40)} type i\n`,
    [`a ${2n ** 63n - 1n} incr`],
  ],
  ['words that are given twice', 'seq 0 type z file b file a seq 1 type i\n', ['a 1 incr']],
  ['letters after the type', 'file a seq 1 type incr\n', ['a 1 incr']],
  ['a comment without an end', 'file a seq 1 type b\n# and', ['a 1 base']],
  ['comments alone', '# and\0\n#', []],
  ['a NUL byte behind an escape', '"FILE\\x00x" "a\\x00b" seq 1 type i\n', ['a 1 incr']],
  ['a history of no name', 'file "" seq 1 type h\n', [' 1 history']],
  ['lines that end as on Windows', 'file a seq 1 type b\r\n', ['a 1 base']],
  ['the longest line', `file ${'a'.repeat(1005)} seq 1 type b\n`, [`${'a'.repeat(1005)} 1 base`]],
] as const) {
  test(`a manifest with ${what} is read`, (t) => {
    const { base, incrs, histories } = parse(text);
    const read = [...(base === null ? [] : [base]), ...incrs, ...histories];
    t.deepEqual(
      read.map(({ name, sequence, kind }) => `${name} ${sequence} ${kind}`),
      [...files],
    );
  });
}

test('the largest manifest that is read, of nothing but history files, is read whole', (t) => {
  const line = 'file a seq 1 type h\n';
  const { histories } = parse(line.repeat(Math.floor(MANIFEST_MOST_BYTES / line.length)));
  t.is(histories.length, 52_428);
});

test('every word is read as it was written', (t) => {
  const word = fc
    .array(fc.nat({ max: 255 }), { maxLength: 20 })
    .map((codes) => String.fromCharCode(...codes));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      t.deepEqual(splitWords(words.map(quoteWord).join(' ')), words);
    }),
  );
});
