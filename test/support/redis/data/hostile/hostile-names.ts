// Members and fields that are there twice: as the same text, and in two encodings.
import {
  double,
  length,
  listpack,
  literalLzf,
  rawListpack,
  string,
  text,
  ziplist,
  zipmap,
} from './encode-values.js';
import type { HostileRow } from './hostile-row.js';

const SET = 2;
const TEXT_ZSET = 3;
const HASH = 4;
const ZSET = 5;
const ZIPMAP_HASH = 9;
const ZIPLIST_ZSET = 12;
const ZIPLIST_HASH = 13;
const LISTPACK_HASH = 16;
const LISTPACK_ZSET = 17;

const strings = (count: number, ...values: (readonly number[])[]): number[] => [
  ...length(count),
  ...values.flat(),
];
const members = (...values: string[]): number[] =>
  strings(values.length, ...values.map((value) => string(value)));
const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `m${index}`);
const fields = (...names: string[]): number[] =>
  strings(names.length, ...names.map((name) => [...string(name), ...string('v')]));
const packedPairs = (names: readonly string[]): (string | number)[] =>
  names.flatMap((name) => [name, 1]);
const LONG = 'x'.repeat(100);
/** The number 5, as a number of 8 and of 16 bits. */
const FIVE = [0xc0, 5];
const WIDE_FIVE = [0xc1, 5, 0];

export const HOSTILE_NAMES: readonly HostileRow[] = [
  ['a set', SET, members('a', 'b'), 'whole'],
  ['a set with a member twice', SET, members('a', 'b', 'a'), 'broken'],
  ['a set with a number twice', SET, strings(2, FIVE, FIVE), 'broken'],
  ['a set with a number as text and as a number', SET, strings(2, string('5'), FIVE), 'broken'],
  ['a set with a number in two widths', SET, strings(2, WIDE_FIVE, FIVE), 'broken'],
  ['a set with 5 and 05', SET, strings(2, string('05'), FIVE), 'whole'],
  [
    'a set with a member twice, once compressed',
    SET,
    strings(2, string(LONG), literalLzf(text(LONG))),
    'broken',
  ],
  ['a large set', SET, members(...numbered(700)), 'whole'],
  ['a large set with a member twice', SET, members(...numbered(700), 'm3'), 'broken'],
  ['a set with an empty member twice', SET, members('', 'a', ''), 'broken'],
  [
    'a sorted set with a member twice',
    ZSET,
    strings(2, string('a'), double(1), string('a'), double(2)),
    'broken',
  ],
  [
    'a sorted set with scores as text and a member twice',
    TEXT_ZSET,
    strings(2, string('a'), [1, 0x31], string('a'), [1, 0x32]),
    'broken',
  ],
  [
    'a sorted set with a number twice',
    ZSET,
    strings(2, FIVE, double(1), string('5'), double(2)),
    'broken',
  ],
  ['a small hash with a field twice', HASH, fields('a', 'b', 'a'), 'damaged'],
  [
    'a small hash with a field twice, once as a number',
    HASH,
    strings(2, FIVE, FIVE, string('5'), FIVE),
    'damaged',
  ],
  [
    'a hash with a value that is its field',
    HASH,
    strings(2, string('a'), string('b'), string('b'), string('a')),
    'whole',
  ],
  ['a hash with a field twice, and a long one', HASH, fields('a', 'a', LONG), 'broken'],
  [
    'a hash with a field twice, and a long value',
    HASH,
    strings(3, string('a'), string('v'), string('b'), string(LONG), string('a'), string('v')),
    'broken',
  ],
  [
    'a hash with a field twice, and a long compressed value',
    HASH,
    strings(2, string('a'), literalLzf(text(LONG)), string('a'), string('v')),
    'broken',
  ],
  ['a large hash with a field twice', HASH, fields(...numbered(600), 'm3'), 'broken'],
  ['a hash of 512 fields with a field twice', HASH, fields(...numbered(511), 'm3'), 'damaged'],
  [
    'a packed hash with a field twice',
    LISTPACK_HASH,
    string(listpack(['a', 1, 'a', 2])),
    'damaged',
  ],
  [
    'a packed hash with a number twice, once as text',
    LISTPACK_HASH,
    string(
      rawListpack([
        [5, 1],
        [1, 1],
        [0x81, 0x35, 2],
        [1, 1],
      ]),
    ),
    'damaged',
  ],
  [
    'a packed hash with a number in two widths',
    LISTPACK_HASH,
    string(
      rawListpack([
        [5, 1],
        [1, 1],
        [0xf1, 5, 0, 3],
        [1, 1],
      ]),
    ),
    'damaged',
  ],
  ['a packed hash with a value twice', LISTPACK_HASH, string(listpack(['a', 1, 'b', 1])), 'whole'],
  [
    'a large packed hash with a field twice',
    LISTPACK_HASH,
    string(listpack(packedPairs([...numbered(600), 'm3']))),
    'broken',
  ],
  [
    'a packed sorted set with a member twice',
    LISTPACK_ZSET,
    string(listpack(['a', 1, 'a', 2])),
    'damaged',
  ],
  [
    'a large packed sorted set with a member twice',
    LISTPACK_ZSET,
    string(listpack(packedPairs([...numbered(150), 'm3']))),
    'broken',
  ],
  [
    'a packed sorted set of 128 members with a member twice',
    LISTPACK_ZSET,
    string(listpack(packedPairs([...numbered(127), 'm3']))),
    'damaged',
  ],
  [
    'a hash in a ziplist with a field twice',
    ZIPLIST_HASH,
    string(ziplist(['a', 1, 'a', 2])),
    'broken',
  ],
  [
    'a hash in a ziplist with a number twice, once as text',
    ZIPLIST_HASH,
    string(ziplist(['5', 1, 5, 2])),
    'broken',
  ],
  [
    'a sorted set in a ziplist with a member twice',
    ZIPLIST_ZSET,
    string(ziplist(['a', 1, 'a', 2])),
    'broken',
  ],
  [
    'a zipmap with a field twice',
    ZIPMAP_HASH,
    string(
      zipmap([
        ['f', 'v'],
        ['f', 'w'],
      ]),
    ),
    'broken',
  ],
];
