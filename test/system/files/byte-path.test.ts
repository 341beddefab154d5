import * as fs from 'node:fs';
import test from 'ava';
import * as fc from 'fast-check';
import {
  type BytePath,
  ROOT,
  baseName,
  compareBytes,
  formatPath,
  isWithin,
  joinPath,
  parentPath,
  parsePath,
  pathCharacters,
  pathFromBytes,
  pathFromText,
  pathToBytes,
  relativePath,
} from '../../../src/system/files/byte-path.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

const RUNS = { numRuns: 2000 };

/** Bytes in which escapes, broken UTF-8 and control characters are frequent. */
const trickyBytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\\',
        '\\x',
        '\\x4',
        '\\x41',
        'x',
        '41',
        '\\\\',
        '/',
        '\ufeff',
        '\u202e',
        '\u2028',
      ),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 4 }),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))));

function path(text: string): BytePath {
  return pathFromText(text);
}

test('any bytes come back from a path', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      t.deepEqual(pathToBytes(pathFromBytes(bytes)), Buffer.from(bytes));
    }),
    RUNS,
  );
});

test('a path made from bytes is a copy of them', (t) => {
  const bytes = Buffer.from('abc');
  const made = pathFromBytes(bytes);
  bytes.fill(0);
  t.deepEqual(pathToBytes(made), Buffer.from('abc'));
});

test('any bytes come back from the text they are shown as', (t) => {
  for (const arbitrary of [fc.uint8Array({ maxLength: 40 }), trickyBytes]) {
    fc.assert(
      fc.property(arbitrary, (bytes) => {
        const shown = formatPath(pathFromBytes(bytes));
        t.deepEqual(pathToBytes(parsePath(shown)), Buffer.from(bytes), shown);
      }),
      RUNS,
    );
  }
});

test('shown text has no control characters and no characters that reorder text', (t) => {
  for (const arbitrary of [fc.uint8Array({ maxLength: 40 }), trickyBytes]) {
    fc.assert(
      fc.property(arbitrary, (bytes) => {
        t.notRegex(formatPath(pathFromBytes(bytes)), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/u);
      }),
      { ...RUNS, examples: [[Buffer.from('\u061c\u200e\u2066\u00ad\u0085')]] },
    );
  }
});

test('paths are shown as UTF-8 with the rest escaped', (t) => {
  for (const [bytes, shown] of [
    ['dump.rdb', 'dump.rdb'],
    ['größe 日本 😀', 'größe 日本 😀'],
    ['a\nb\tc\x7f', 'a\\x0ab\\x09c\\x7f'],
    ['\u0085', '\\xc2\\x85'],
    ['\u202egpj', '\\xe2\\x80\\xaegpj'],
    ['\ufeffbom', '\\xef\\xbb\\xbfbom'],
    ['a\\b', 'a\\b'],
    ['a\\xzz', 'a\\x5cxzz'],
    ['a\\', 'a\\'],
    ['\\\\x41', '\\\\x5cx41'],
    [Buffer.from([0x61, 0xff, 0x62]), 'a\\xffb'],
    [Buffer.from([0x5c, 0xff]), '\\\\xff'],
    [Buffer.from([0xc3]), '\\xc3'],
    [Buffer.from([0xe2, 0x82]), '\\xe2\\x82'],
    [Buffer.from([0xe2, 0x82, 0x41]), '\\xe2\\x82A'],
    [Buffer.from([0xc0, 0xaf]), '\\xc0\\xaf'],
    [Buffer.from([0xed, 0xa0, 0x80]), '\\xed\\xa0\\x80'],
    [Buffer.from([0xf4, 0x90, 0x80, 0x80]), '\\xf4\\x90\\x80\\x80'],
  ] as const) {
    t.is(formatPath(pathFromBytes(Buffer.from(bytes as string))), shown);
  }
});

test('an escape is read in either case, and only where it is complete', (t) => {
  t.deepEqual(pathToBytes(parsePath('\\xFF\\xfe')), Buffer.from([0xff, 0xfe]));
  t.deepEqual(pathToBytes(parsePath('\\xc3\\xa9')), Buffer.from('é'));
  for (const text of ['\\x', '\\x4', '\\x4g', '\\X41', '\\n', '\\', 'x41']) {
    t.deepEqual(pathToBytes(parsePath(text)), Buffer.from(text), text);
  }
  t.deepEqual(pathToBytes(parsePath('\\\\x41')), Buffer.from('\\A'));
});

test('characters are those of UTF-8, and a byte that is not UTF-8 is its own character', (t) => {
  const characters = [
    ...pathCharacters(pathFromBytes(Buffer.from([0x61, 0xc3, 0xa9, 0xff, 0xe2, 0x82]))),
  ];
  t.deepEqual(
    characters.map(({ text }) => text),
    ['a', 'é', null, null, null],
  );
  fc.assert(
    fc.property(trickyBytes, (bytes) => {
      const all = [...pathCharacters(pathFromBytes(bytes))];
      t.deepEqual(Buffer.concat(all.map((each) => each.bytes)), bytes);
    }),
    RUNS,
  );
});

test('paths compare in the order of their bytes', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5 }), fc.uint8Array({ maxLength: 5 }), (a, b) => {
      t.is(compareBytes(pathFromBytes(a), pathFromBytes(b)), Buffer.compare(a, b));
    }),
    RUNS,
  );
  t.is(compareBytes(path('\uffff'), path('😀')), -1);
});

test('the parent and the name of a path join to the path', (t) => {
  for (const text of ['a', 'a/b', 'a/b/c', '/', '/a', '/a/b', 'ä/ö']) {
    const whole = path(text);
    t.is(joinPath(parentPath(whole), baseName(whole)), whole, text);
  }
  t.is(parentPath(path('a')), ROOT);
  t.is(parentPath(ROOT), ROOT);
  t.is(parentPath(path('/')), path('/'));
  t.is(baseName(path('a/b')), path('b'));
});

test('a path lies within itself and its folders, and not within a mere prefix', (t) => {
  t.true(isWithin(path('a/b'), path('a')));
  t.true(isWithin(path('a'), path('a')));
  t.true(isWithin(path('a'), ROOT));
  t.true(isWithin(ROOT, ROOT));
  t.true(isWithin(path('/a'), path('/')));
  t.false(isWithin(path('ab'), path('a')));
  t.false(isWithin(path('a'), path('a/b')));
  t.false(isWithin(ROOT, path('a')));
});

test('a relative path leads from a folder to what lies within it', (t) => {
  t.is(relativePath(path('a/b/c'), path('a')), path('b/c'));
  t.is(relativePath(path('a'), path('a')), ROOT);
  t.is(relativePath(path('a/b'), ROOT), path('a/b'));
  t.is(relativePath(path('/a'), path('/')), path('a'));
  t.is(relativePath(path('/a/b'), path('/a')), path('b'));
});

test('a file of any name can be created and found by its path', async (t) => {
  const folder = path(await temporaryDirectory(t));
  const every = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1));
  for (const bytes of [
    every.filter((byte) => byte !== 0x2f).subarray(0, 127),
    every.subarray(127),
  ]) {
    const name = pathFromBytes(bytes);
    fs.writeFileSync(pathToBytes(joinPath(folder, name)), '');
    const found = fs.readdirSync(pathToBytes(folder), { encoding: 'buffer' });
    t.deepEqual(
      found.map(pathFromBytes).filter((each) => each === name),
      [name],
    );
    t.is(parsePath(formatPath(name)), name);
  }
});
