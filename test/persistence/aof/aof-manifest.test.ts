import { readFileSync } from 'node:fs';

import test from 'ava';
import * as fc from 'fast-check';

import { formatAofManifest, parseAofManifest } from '../../../src/persistence/aof/aof-manifest.js';
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
    sequence: 1,
    kind: 'base',
    others: [],
  });
  t.deepEqual(manifest.incrs[0]?.others, [['startoffset', '17']]);
  t.deepEqual(
    formatAofManifest(manifest).toString(),
    'file "my AOF.1.base.rdb" seq 1 type b\nfile x.2.incr seq 2 type i startoffset 17\n',
  );
});

test('a name may be any bytes', (t) => {
  const name = pathFromBytes(Buffer.from([0xff, 0x20, 0x22, 0x5c, 0x0a, 0x07]));
  const manifest = {
    base: { name, sequence: 1, kind: 'base', others: [] },
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
  ['a folder for a name', 'file .. seq 1 type b\n', /line 1 .* not a plain name/],
  ['two bases', 'file a seq 1 type b\nfile b seq 2 type b\n', /line 2 .* second base/],
  ['incrs out of order', 'file a seq 2 type i\nfile b seq 2 type i\n', /line 2 .* not greater/],
  ['a line too long', `file ${'a'.repeat(1010)} seq 1 type b\n`, /line 1 .* too long/],
] as const) {
  test(`a manifest with ${what} is refused`, (t) => {
    t.throws(() => parse(text), { instanceOf: CorruptError, message: why });
  });
}

test('a manifest of 16 MB with nothing but history files takes no more time than its bytes', (t) => {
  const line = 'file a seq 1 type h\n';
  const { histories } = parse(line.repeat(Math.floor((16 << 20) / line.length)));
  t.is(histories.length, 838_860);
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
