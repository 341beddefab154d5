// Whole dumps that are odd in one named way between their values, and what a server says of them. A live test asks a real
// one the same.
import { length, literalLzf, lzf, string, text } from './encode-values.js';
import type { ValueVerdict } from './hostile-row.js';

export interface HostileDump {
  readonly name: string;
  /** What stands between the header and the end. */
  readonly entries: readonly number[];
  readonly verdict: ValueVerdict;
}

const STRING = 0;
const SET = 2;
const HASH = 4;
const FREQUENCY = 249;
const AUX = 250;
const TABLE_SIZES = 251;
const EXPIRY = 252;
const SELECT = 254;

const key = (name: readonly number[], value = 'v'): number[] => [STRING, ...name, ...string(value)];
const aux = (name: readonly number[], value: readonly number[]): number[] => [
  AUX,
  ...name,
  ...value,
];
const FAR_TIME = [0, 0, 0, 0, 0, 1, 0, 0];
const LONG = 'name'.repeat(10_000);
const numbered = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => key(string(`k${index}`))).flat();

const ROWS: readonly (readonly [
  name: string,
  entries: readonly number[],
  verdict: ValueVerdict,
])[] = [
  ['two keys', [...key(string('a')), ...key(string('b'))], 'whole'],
  ['a key twice', [...key(string('a')), ...key(string('b')), ...key(string('a'))], 'broken'],
  [
    'a key twice, of two types',
    [...key(string('a')), SET, ...string('a'), 1, ...string('m')],
    'broken',
  ],
  [
    'a key in two databases',
    [SELECT, 0, ...key(string('a')), SELECT, 1, ...key(string('a'))],
    'whole',
  ],
  [
    'a key twice, with another database between',
    [...key(string('a')), SELECT, 1, ...key(string('b')), SELECT, 0, ...key(string('a'))],
    'broken',
  ],
  ['a key twice, once as a number', [...key([0xc0, 5]), ...key(string('5'))], 'broken'],
  [
    'a key twice, once compressed',
    [...key(string('a'.repeat(30))), ...key(literalLzf(text('a'.repeat(30))))],
    'broken',
  ],
  ['a long key twice', [...key(string(LONG)), ...key(string(LONG))], 'broken'],
  [
    'long keys that differ at their end',
    [...key(string(LONG)), ...key(string(`${LONG}x`))],
    'whole',
  ],
  ['a key twice among many', [...numbered(5000), ...key(string('k7'))], 'broken'],
  ['a key of an empty set, twice', [SET, ...string('a'), 0, ...key(string('a'))], 'whole'],
  ['a key of an empty hash, twice', [HASH, ...string('a'), 0, ...key(string('a'))], 'whole'],
  ['an empty key twice', [...key([0]), ...key([0])], 'broken'],
  ['a damaged compressed key', key(lzf(5, [0, 0x61, 0x40, 1])), 'broken'],
  ['an expiry before a database', [EXPIRY, ...FAR_TIME, SELECT, 1, ...key(string('a'))], 'whole'],
  ['a frequency before the end', [...key(string('a')), FREQUENCY, 5], 'whole'],
  ['an encoded number of a database', [SELECT, 0xc3, ...key(string('a'))], 'whole'],
  ['encoded sizes of tables', [TABLE_SIZES, 0xc1, 0xc0, ...key(string('a'))], 'whole'],
  ['an aux field', aux(string('name'), string('value')), 'whole'],
  ['a compressed aux field', aux(string('name'), literalLzf(text('value'))), 'whole'],
  [
    'a damaged compressed name of an aux field',
    aux(lzf(5, [0, 0x61, 0x40, 1]), string('v')),
    'broken',
  ],
  [
    'a damaged compressed value of an aux field',
    aux(string('n'), lzf(5, [0, 0x61, 0x40, 1])),
    'broken',
  ],
  [
    'a long damaged compressed aux field',
    aux(string('n'), lzf(5000, [...Array.from({ length: 3000 }, () => 0), 0x61])),
    'broken',
  ],
  ['a length of an unknown encoding', [SET, ...string('a'), 0x83, ...string('m')], 'broken'],
  [
    'a count of 2^32 members',
    [SET, ...string('a'), 0x81, ...length(0), 0, 0, 1, 0, 0, 0, 0, ...string('m')],
    'broken',
  ],
];

export const HOSTILE_DUMPS: readonly HostileDump[] = ROWS.map(([name, entries, verdict]) => ({
  name,
  entries,
  verdict,
}));
