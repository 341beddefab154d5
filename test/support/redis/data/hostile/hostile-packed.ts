// Packed values: intsets, listpacks, ziplists and zipmaps.
import {
  entry,
  intset,
  length,
  listpack,
  literalLzf,
  littleEndian,
  lzf,
  rawListpack,
  string,
  withBacklen,
  ziplist,
  zipmap,
} from './encode-values.js';
import type { HostileRow } from './hostile-row.js';

const ZIPMAP_HASH = 9;
const ZIPLIST_LIST = 10;
const INTSET_SET = 11;
const ZIPLIST_ZSET = 12;
const ZIPLIST_HASH = 13;
const ZIPLIST_NODES = 14;
const LISTPACK_HASH = 16;
const LISTPACK_ZSET = 17;
const LIST_NODES = 18;

const UNKNOWN_COUNT = 0xffff;
/** In the place of the second entry. */
const WRONG_BACKLEN = [0x81, 0x66, 3];
const nodes = (...lists: (readonly number[])[]): number[] => [
  ...length(lists.length),
  ...lists.flatMap((list) => [2, ...string(list)]),
];
const pairs = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => [`m${index}`, `${index}`]).flat();
const fieldsAnd = (count: number, last: readonly number[]): number[][] => [
  ...pairs(count).map(entry),
  [...last],
];
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export const HOSTILE_PACKED: readonly HostileRow[] = [
  ['an intset', INTSET_SET, string(intset([1, 2, 3])), 'whole'],
  ['an intset of 64 bits', INTSET_SET, string(intset([1, 2, 3], { width: 8 })), 'whole'],
  ['an intset out of order', INTSET_SET, string(intset([1, 3, 2])), 'damaged'],
  ['an intset with a number twice', INTSET_SET, string(intset([1, 2, 2])), 'damaged'],
  ['a large intset', INTSET_SET, string(intset(upTo(600))), 'whole'],
  ['a large intset out of order', INTSET_SET, string(intset([9999, ...upTo(600)])), 'damaged'],
  ['a large intset with a number twice', INTSET_SET, string(intset([...upTo(600), 5])), 'broken'],
  ['an empty intset', INTSET_SET, string(intset([])), 'broken'],
  ['an intset of an unknown width', INTSET_SET, string(intset([1, 2], { width: 3 })), 'broken'],
  ['an intset of another count', INTSET_SET, string(intset([1, 2], { count: 9 })), 'broken'],
  ['an intset of a smaller count', INTSET_SET, string(intset([1, 2], { count: 1 })), 'broken'],
  [
    'an intset with a count near 2^32',
    INTSET_SET,
    string(intset([1], { count: 0xffffffff })),
    'broken',
  ],
  ['a number in the place of an intset', INTSET_SET, [0xc0, 5], 'broken'],
  ['a compressed intset', INTSET_SET, literalLzf(intset([7])), 'whole'],
  [
    'a compressed intset of another count',
    INTSET_SET,
    literalLzf(intset([7], { count: 2 })),
    'broken',
  ],
  ['a compressed intset that does not expand', INTSET_SET, lzf(10, [9, 2, 0]), 'broken'],

  ['a hash in a listpack', LISTPACK_HASH, string(listpack(['f', 5])), 'whole'],
  [
    'a listpack with a wrong backlen',
    LISTPACK_HASH,
    string(rawListpack([WRONG_BACKLEN, [5, 1]])),
    'damaged',
  ],
  [
    'a listpack of a larger count',
    LISTPACK_HASH,
    string(listpack(['f', 5], { count: 4 })),
    'damaged',
  ],
  [
    'a listpack of a smaller count',
    LISTPACK_HASH,
    string(listpack(['f', 5, 'g', 6], { count: 2 })),
    'damaged',
  ],
  [
    'a listpack that says it is empty',
    LISTPACK_HASH,
    string(listpack(['f', 5], { count: 0 })),
    'broken',
  ],
  [
    'a listpack with a field without a value',
    LISTPACK_HASH,
    string(listpack([5, 6, 7])),
    'damaged',
  ],
  ['a listpack with a field alone', LISTPACK_HASH, string(listpack([5])), 'broken'],
  [
    'a listpack with an unknown entry',
    LISTPACK_HASH,
    string(
      rawListpack([
        [5, 1],
        [0xf6, 1],
      ]),
    ),
    'damaged',
  ],
  [
    'a listpack with an entry beyond its end',
    LISTPACK_HASH,
    string(
      rawListpack([
        [5, 1],
        [0xf0, 255, 255, 255, 255],
      ]),
    ),
    'damaged',
  ],
  [
    'a listpack that ends in its middle',
    LISTPACK_HASH,
    string(rawListpack([[5, 1], [5, 1], [0xff]], { count: 2 })),
    'damaged',
  ],
  [
    'a listpack of another length',
    LISTPACK_HASH,
    string(listpack(['f', 5], { size: 9 })),
    'broken',
  ],
  ['a listpack without an end', LISTPACK_HASH, string(listpack(['f', 5], { end: 0 })), 'broken'],
  ['a listpack without a header', LISTPACK_HASH, string([1, 2, 3]), 'broken'],
  [
    'a listpack of an unknown count',
    LISTPACK_HASH,
    string(listpack(['f', 5], { count: UNKNOWN_COUNT })),
    'whole',
  ],
  [
    'a listpack of an unknown count with a wrong backlen',
    LISTPACK_HASH,
    string(rawListpack([WRONG_BACKLEN, [5, 1]], { count: UNKNOWN_COUNT })),
    'broken',
  ],
  ['a large hash in a listpack', LISTPACK_HASH, string(listpack(pairs(600))), 'whole'],
  [
    'a large hash in a listpack with a wrong backlen',
    LISTPACK_HASH,
    string(rawListpack(fieldsAnd(600, WRONG_BACKLEN))),
    'broken',
  ],
  [
    'a large hash in a listpack with a field without a value',
    LISTPACK_HASH,
    string(listpack([...pairs(600), 'odd'])),
    'broken',
  ],
  ['a sorted set in a listpack', LISTPACK_ZSET, string(listpack(pairs(3))), 'whole'],
  [
    'a sorted set in a listpack with a wrong backlen',
    LISTPACK_ZSET,
    string(rawListpack([WRONG_BACKLEN, [5, 1]])),
    'damaged',
  ],
  ['a large sorted set in a listpack', LISTPACK_ZSET, string(listpack(pairs(200))), 'whole'],
  [
    'a large sorted set in a listpack with a wrong backlen',
    LISTPACK_ZSET,
    string(rawListpack(fieldsAnd(200, WRONG_BACKLEN))),
    'broken',
  ],
  [
    'a sorted set in a listpack with a score that is no number',
    LISTPACK_ZSET,
    string(listpack(['m', 'nan'])),
    'whole',
  ],
  [
    'a large sorted set in a listpack with a score that is no number',
    LISTPACK_ZSET,
    string(listpack([...pairs(200), 'm', 'nan'])),
    'broken',
  ],
  ['a list of listpacks', LIST_NODES, nodes(listpack([5, 'a'])), 'whole'],
  [
    'a listpack in a list with a wrong backlen',
    LIST_NODES,
    nodes(rawListpack([[5, 2]])),
    'damaged',
  ],
  [
    'a listpack in a list of an unknown count with a wrong backlen',
    LIST_NODES,
    nodes(rawListpack([[5, 2]], { count: UNKNOWN_COUNT })),
    'broken',
  ],
  [
    'a listpack in a list of another length',
    LIST_NODES,
    nodes(listpack([5], { size: 8 })),
    'broken',
  ],
  ['an empty string in the place of a listpack in a list', LIST_NODES, nodes([]), 'broken'],
  [
    'a listpack in a list with a long number',
    LIST_NODES,
    nodes(rawListpack([withBacklen([0xf4, ...littleEndian(5, 8)])])),
    'whole',
  ],
  ['an empty listpack beside another', LIST_NODES, nodes(listpack([]), listpack([5])), 'whole'],

  ['a list in a ziplist', ZIPLIST_LIST, string(ziplist(['a', 1])), 'whole'],
  [
    'a ziplist with a wrong previous length',
    ZIPLIST_LIST,
    string(ziplist(['a', 1], { before: [1, 4] })),
    'broken',
  ],
  ['a ziplist with a wrong tail', ZIPLIST_LIST, string(ziplist(['a', 1], { tail: 10 })), 'broken'],
  [
    'a ziplist with a tail beyond its end',
    ZIPLIST_LIST,
    string(ziplist(['a', 1], { tail: 99 })),
    'broken',
  ],
  ['a ziplist of another count', ZIPLIST_LIST, string(ziplist(['a', 1], { count: 3 })), 'broken'],
  ['a ziplist of another length', ZIPLIST_LIST, string(ziplist(['a', 1], { size: 9 })), 'broken'],
  ['a ziplist without an end', ZIPLIST_LIST, string(ziplist(['a', 1], { end: 0 })), 'broken'],
  [
    'a ziplist of an unknown count',
    ZIPLIST_LIST,
    string(ziplist(['a', 1], { count: UNKNOWN_COUNT })),
    'whole',
  ],
  ['a sorted set in a ziplist', ZIPLIST_ZSET, string(ziplist(['a', 1])), 'whole'],
  ['a sorted set in a ziplist without a score', ZIPLIST_ZSET, string(ziplist(['a'])), 'broken'],
  ['a hash in a ziplist', ZIPLIST_HASH, string(ziplist(['a', 1])), 'whole'],
  ['a hash in a ziplist without a value', ZIPLIST_HASH, string(ziplist([1])), 'broken'],
  ['a list of ziplists', ZIPLIST_NODES, [1, ...string(ziplist(['a', 1]))], 'whole'],
  [
    'a ziplist in a list with a wrong tail',
    ZIPLIST_NODES,
    [1, ...string(ziplist(['a', 1], { tail: 10 }))],
    'broken',
  ],
  [
    'an empty ziplist beside another',
    ZIPLIST_NODES,
    [2, ...string(ziplist([])), ...string(ziplist([1]))],
    'whole',
  ],

  [
    'a zipmap',
    ZIPMAP_HASH,
    string(
      zipmap([
        ['f', 'v'],
        ['g', ''],
      ]),
    ),
    'whole',
  ],
  ['a zipmap with free space', ZIPMAP_HASH, string(zipmap([['f', 'v']], { free: 2 })), 'whole'],
  ['a zipmap of another count', ZIPMAP_HASH, string(zipmap([['f', 'v']], { count: 2 })), 'broken'],
  [
    'a zipmap of an unknown count',
    ZIPMAP_HASH,
    string(zipmap([['f', 'v']], { count: 254 })),
    'whole',
  ],
  ['an empty zipmap', ZIPMAP_HASH, string(zipmap([])), 'broken'],
  ['a zipmap without an end', ZIPMAP_HASH, string(zipmap([['f', 'v']], { end: 0 })), 'broken'],
  [
    'a zipmap with a field beyond its end',
    ZIPMAP_HASH,
    string([1, 200, 0x66, 1, 0, 0x76, 0xff]),
    'broken',
  ],
  [
    'a zipmap with a value beyond its end',
    ZIPMAP_HASH,
    string([1, 1, 0x66, 200, 0, 0x76, 0xff]),
    'broken',
  ],
  [
    'a zipmap with free space beyond its end',
    ZIPMAP_HASH,
    string([1, 1, 0x66, 1, 200, 0x76, 0xff]),
    'broken',
  ],
  ['a zipmap with a field without a value', ZIPMAP_HASH, string([1, 1, 0x66, 0xff]), 'broken'],
  [
    'a zipmap with a short length in the long form',
    ZIPMAP_HASH,
    string([1, 254, 1, 0, 0, 0, 0x66, 1, 0, 0x76, 0xff]),
    'broken',
  ],
  [
    'a zipmap with a long field',
    ZIPMAP_HASH,
    string([1, 254, 44, 1, 0, 0, ...Array.from({ length: 300 }, () => 0x66), 1, 0, 0x76, 0xff]),
    'whole',
  ],
  [
    'a zipmap with a field near 2^32',
    ZIPMAP_HASH,
    string([1, 254, 255, 255, 255, 255, 0x66, 1, 0, 0x76, 0xff]),
    'broken',
  ],
];
