// Values of types that the server of the live tests does not know yet: Redis 7.2 and 7.4.
import { length, listpack, littleEndian, string } from './encode-values.js';
import { STREAM_TYPES, id, node, stream } from './encode-streams.js';
import type { HostileValue } from './hostile-values.js';

const LISTPACK_SET = 20;

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `m${index}`);
const pending = { name: 'g', pending: [id(1)], consumers: [{ name: 'c', owned: [id(1)] }] };
const third = (groups: readonly (typeof pending)[]): number[] =>
  stream({ type: STREAM_TYPES.third, nodes: [[string(id(1)), node(2)]], groups });

export const NEWER_VALUES: readonly HostileValue[] = [
  {
    name: 'a set in a listpack',
    type: LISTPACK_SET,
    bytes: string(listpack(['a', 5])),
    verdict: 'whole',
  },
  {
    name: 'a set in a listpack with a member twice',
    type: LISTPACK_SET,
    bytes: string(listpack(['a', 5, 'a'])),
    verdict: 'damaged',
  },
  {
    name: 'a large set in a listpack with a member twice',
    type: LISTPACK_SET,
    bytes: string(listpack([...numbered(150), 'm3'])),
    verdict: 'broken',
  },
  {
    name: 'a stream of type 21',
    type: STREAM_TYPES.third,
    bytes: third([pending]),
    verdict: 'whole',
  },
  {
    name: 'a stream of type 21 with a group twice',
    type: STREAM_TYPES.third,
    bytes: third([pending, pending]),
    verdict: 'broken',
  },
];

/** Of a dump of version 12. */
const FIELD_EXPIRY_HASH = 24;
const FIELD_EXPIRY_LISTPACK = 25;
const expiring = (...fields: string[]): number[] => [
  ...littleEndian(0, 8),
  ...length(fields.length),
  ...fields.flatMap((field) => [...length(0), ...string(field), ...string('v')]),
];

export const VERSION_12_VALUES: readonly HostileValue[] = [
  {
    name: 'a hash with expiries of fields',
    type: FIELD_EXPIRY_HASH,
    bytes: expiring('a', 'b'),
    verdict: 'whole',
  },
  {
    name: 'a hash with expiries of fields and a field twice',
    type: FIELD_EXPIRY_HASH,
    bytes: expiring('a', 'a'),
    verdict: 'damaged',
  },
  {
    name: 'a hash with expiries in a listpack',
    type: FIELD_EXPIRY_LISTPACK,
    bytes: [...littleEndian(0, 8), ...string(listpack(['a', 'v', 0, 'b', 'v', 0]))],
    verdict: 'whole',
  },
  {
    name: 'a hash with expiries in a listpack and a field twice',
    type: FIELD_EXPIRY_LISTPACK,
    bytes: [...littleEndian(0, 8), ...string(listpack(['a', 'v', 0, 'a', 'v', 0]))],
    verdict: 'damaged',
  },
];
