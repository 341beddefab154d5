// Streams: their nodes, groups, consumers and pending entries.
import { type Group, STREAM_TYPES, id, node, nodeOfOtherFields, stream } from './encode-streams.js';
import { type Bytes, entry, listpack, literalLzf, rawListpack, string } from './encode-values.js';
import type { HostileRow } from './hostile-row.js';

const { first: FIRST, second: SECOND } = STREAM_TYPES;

const ofNode = (packed: Bytes, nodeId: Bytes = string(id(1)), entries = 2): number[] =>
  stream({ nodes: [[nodeId, packed]], entries });
const ofGroups = (...groups: Group[]): number[] =>
  stream({ nodes: [[string(id(1)), node(2)]], groups });
const group = (pending: readonly Bytes[], ...owned: (readonly Bytes[])[]): Group => ({
  name: 'g',
  pending,
  consumers: owned.map((entries, index) => ({ name: `c${index}`, owned: entries })),
});
const A = id(1);
const B = id(1, 1);

export const HOSTILE_STREAMS: readonly HostileRow[] = [
  ['a stream', SECOND, ofNode(node(2)), 'whole'],
  ['a stream of type 15', FIRST, stream({ type: FIRST, nodes: [[string(A), node(2)]] }), 'whole'],
  ['an empty stream', SECOND, stream({ nodes: [], entries: 0 }), 'whole'],
  ['a stream without a node', SECOND, stream({ nodes: [], entries: 2 }), 'broken'],
  ['a stream that says it is empty', SECOND, ofNode(node(2), string(id(1)), 0), 'whole'],
  [
    'a stream with two nodes',
    SECOND,
    stream({
      nodes: [
        [string(A), node(1)],
        [string(id(5)), node(1)],
      ],
    }),
    'whole',
  ],
  ['a stream with a compressed id', SECOND, ofNode(node(1), literalLzf(id(1))), 'whole'],
  ['a stream with a short id', SECOND, ofNode(node(1), string(id(1).slice(1))), 'broken'],
  [
    'a stream with a long id',
    SECOND,
    ofNode(node(1), string([...id(1), ...id(2), ...id(3), ...id(4), ...id(5)])),
    'broken',
  ],
  ['a stream with a number as id', SECOND, ofNode(node(1), [0xc0, 5]), 'broken'],
  [
    'a stream with a node twice',
    SECOND,
    stream({
      nodes: [
        [string(A), node(1)],
        [string(A), node(1)],
      ],
    }),
    'broken',
  ],
  ['a node of another length', SECOND, ofNode(node(2, { size: 9 })), 'broken'],
  ['an empty node of a stream', SECOND, ofNode(listpack([])), 'broken'],
  ['a node whose first entry is unknown', SECOND, ofNode(rawListpack([[0xf6, 1]])), 'broken'],
  [
    'a node of a stream with a wrong backlen',
    SECOND,
    ofNode(node(2, { more: [[5, 2]] })),
    'damaged',
  ],
  ['a node of a larger count', SECOND, ofNode(node(2, { count: 3 })), 'damaged'],
  ['a node of a smaller count', SECOND, ofNode(node(2, { count: 1 })), 'damaged'],
  ['a node with a deleted entry', SECOND, ofNode(node(2, { count: 1, deleted: 1 })), 'whole'],
  ['a node with more fields than there are', SECOND, ofNode(node(2, { fields: 100 })), 'damaged'],
  ['a node without its zero', SECOND, ofNode(node(2, { terminator: 1 })), 'damaged'],
  ['a node with a wrong length of an entry', SECOND, ofNode(node(2, { lastCount: 5 })), 'damaged'],
  ['a node with an entry too many', SECOND, ofNode(node(2, { more: [entry(5)] })), 'damaged'],
  [
    'a node whose count is a text',
    SECOND,
    ofNode(rawListpack([entry('x'), ...[0, 1, 'f', 0].map(entry)])),
    'damaged',
  ],
  [
    'a node whose count is a number as text',
    SECOND,
    ofNode(rawListpack([entry('0'), ...[0, 1, 'f', 0].map(entry)])),
    'whole',
  ],
  ['an entry with fields of its own', SECOND, ofNode(nodeOfOtherFields(1, 6)), 'whole'],
  [
    'an entry with more fields of its own than there are',
    SECOND,
    ofNode(nodeOfOtherFields(9, 22)),
    'damaged',
  ],
  [
    'an entry with fields of its own and a wrong length',
    SECOND,
    ofNode(nodeOfOtherFields(1, 4)),
    'damaged',
  ],

  ['a group', SECOND, ofGroups(group([A, B], [A], [B])), 'whole'],
  ['a group twice', SECOND, ofGroups(group([]), group([])), 'broken'],
  ['two groups', SECOND, ofGroups(group([A], [A]), { ...group([A], [A]), name: 'h' }), 'whole'],
  ['a pending entry twice', SECOND, ofGroups(group([A, A], [A])), 'broken'],
  ['a pending entry without a consumer', SECOND, ofGroups(group([A, B], [A])), 'damaged'],
  ['a pending entry of two consumers', SECOND, ofGroups(group([A], [A], [A])), 'whole'],
  ['an entry of a consumer that is not pending', SECOND, ofGroups(group([A], [A], [B])), 'broken'],
  [
    'an entry of a consumer that is pending in another group',
    SECOND,
    ofGroups(group([A], [A]), { ...group([], [A]), name: 'h' }),
    'broken',
  ],
  ['an entry of a consumer twice', SECOND, ofGroups(group([A], [A, A])), 'broken'],
  [
    'a consumer twice',
    SECOND,
    ofGroups({
      name: 'g',
      pending: [],
      consumers: [
        { name: 'c', owned: [] },
        { name: 'c', owned: [] },
      ],
    }),
    'broken',
  ],
  [
    'a group of a stream of type 15',
    FIRST,
    stream({ type: FIRST, nodes: [[string(A), node(2)]], groups: [group([A], [A])] }),
    'whole',
  ],
  [
    'a group twice in a stream of type 15',
    FIRST,
    stream({ type: FIRST, nodes: [[string(A), node(2)]], groups: [group([]), group([])] }),
    'broken',
  ],
];
