// Strings that are compressed, and scores.
import { double, length, literalLzf, lzf, string, text } from './encode-values.js';
import type { HostileRow } from './hostile-row.js';

const STRING = 0;
const LIST = 1;
const SET = 2;
const TEXT_ZSET = 3;
const HASH = 4;
const ZSET = 5;
const LIST_NODES = 18;

const textScore = (score: string): number[] => [
  ...length(1),
  ...string('a'),
  score.length,
  ...text(score),
];
const binaryScore = (score: number): number[] => [...length(1), ...string('a'), ...double(score)];
const NAN = 253;

export const HOSTILE_STRINGS: readonly HostileRow[] = [
  ['a compressed string', STRING, lzf(5, [0, 0x61, 0x40, 0]), 'whole'],
  ['a compressed string of another length', STRING, lzf(6, [0, 0x61, 0x40, 0]), 'broken'],
  ['a compressed string of a smaller length', STRING, lzf(4, [0, 0x61, 0x40, 0]), 'broken'],
  ['a compressed string of no length', STRING, lzf(0, [4, 0x61]), 'whole'],
  ['a compressed string that refers to nothing', STRING, lzf(5, [0, 0x61, 0x40, 1]), 'broken'],
  ['a compressed string that ends early', STRING, lzf(5, [4, 0x61]), 'broken'],
  ['a compressed string that ends before a long length', STRING, lzf(9, [0, 0x61, 0xe0]), 'broken'],
  ['a compressed string of encoded lengths', STRING, [0xc3, 0xc2, 0xc1, 0, 0x61], 'whole'],
  ['a string in an unknown encoding', STRING, [0xc4, 0x61], 'broken'],
  ['a string of an unknown length', STRING, [0x82, 0x61], 'broken'],
  ['a compressed member of a list', LIST, [1, ...lzf(5, [0, 0x61, 0x40, 1])], 'broken'],
  ['a compressed member of a set', SET, [1, ...lzf(5, [0, 0x61, 0x40, 1])], 'broken'],
  [
    'a compressed second member of a set',
    SET,
    [2, 1, 0x61, ...lzf(5, [0, 0x61, 0x40, 1])],
    'broken',
  ],
  ['a compressed field', HASH, [1, ...lzf(5, [0, 0x61, 0x40, 1]), 1, 0x61], 'broken'],
  ['a compressed value of a field', HASH, [1, 1, 0x61, ...lzf(5, [0, 0x61, 0x40, 1])], 'broken'],
  [
    'a compressed member of a sorted set',
    ZSET,
    [1, ...lzf(5, [0, 0x61, 0x40, 1]), ...double(1)],
    'broken',
  ],
  ['a sound compressed member', SET, [1, ...literalLzf(text('a'.repeat(40)))], 'whole'],
  [
    'a compressed plain node of a list',
    LIST_NODES,
    [1, 1, ...lzf(5, [0, 0x61, 0x40, 1])],
    'broken',
  ],
  ['an empty plain node of a list', LIST_NODES, [2, 1, 1, 0x61, 1, 0], 'broken'],
  ['a compressed plain node of no length', LIST_NODES, [1, 1, ...lzf(0, [0, 0x61])], 'broken'],
  ['a plain node of a list that is a number', LIST_NODES, [1, 1, 0xc0, 5], 'whole'],
  ['a plain node of a list', LIST_NODES, [1, 1, 3, 1, 2, 3], 'whole'],
  ['a list in an unknown container', LIST_NODES, [1, 3, 3, 1, 2, 3], 'broken'],
  ['a list in an encoded container', LIST_NODES, [1, 0xc1, 3, 1, 2, 3], 'whole'],
  ['a set with an encoded count', SET, [0xc2, 1, 0x61, 1, 0x62], 'whole'],
  ['a score', ZSET, binaryScore(1), 'whole'],
  ['an infinite score', ZSET, binaryScore(-Infinity), 'whole'],
  ['a score that is not a number', ZSET, binaryScore(Number.NaN), 'broken'],
  ['a score as text', TEXT_ZSET, textScore('-1e3'), 'whole'],
  ['an infinite score as text', TEXT_ZSET, [1, ...string('a'), 254], 'whole'],
  ['a score as text that is not a number', TEXT_ZSET, [1, ...string('a'), NAN], 'broken'],
  ['a score as text that says nan', TEXT_ZSET, textScore('nan'), 'broken'],
  ['a score as text that is no number', TEXT_ZSET, textScore('-x'), 'broken'],
  ['a score as text with something behind it', TEXT_ZSET, textScore('1x'), 'whole'],
  ['a score as text that is empty', TEXT_ZSET, textScore(''), 'broken'],
];
