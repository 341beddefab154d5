// Writes streams as they stand in a dump: nodes, then groups with their consumers and pending entries.
import {
  type Bytes,
  bigEndian,
  entry,
  length,
  littleEndian,
  rawListpack,
  string,
} from './encode-values.js';

export const STREAM_TYPES = { first: 15, second: 19, third: 21 } as const;

/** An id of 16 bytes, as in the lists of a group. */
export const id = (milliseconds: number, sequence = 0): number[] => [
  ...bigEndian(milliseconds, 8),
  ...bigEndian(sequence, 8),
];

export interface NodeFaults {
  readonly count?: number;
  readonly deleted?: number;
  readonly fields?: number;
  readonly terminator?: number;
  /** What the last entry says of its length. */
  readonly lastCount?: number;
  readonly size?: number;
  readonly more?: readonly Bytes[];
}

/** A node of entries that each have the field `f` of the node. */
export function node(entries: number, faults: NodeFaults = {}): number[] {
  const { count = entries, deleted = 0, fields = 1, terminator = 0, lastCount = 4 } = faults;
  const head = [count, deleted, fields, 'f', terminator].map(entry);
  const body = Array.from({ length: entries }, (_, index) => {
    const flags = 2;
    const size = index === entries - 1 ? lastCount : 4;
    return [flags, index, 0, `v${index}`, size].map(entry);
  }).flat();
  const list = [...head, ...body, ...(faults.more ?? [])];
  return rawListpack(list, faults.size === undefined ? {} : { size: faults.size });
}

/** A node whose one entry has a field of its own. */
export function nodeOfOtherFields(fields: number, lastCount: number): number[] {
  const head = [1, 0, 1, 'f', 0].map(entry);
  const own = [0, 0, 0, fields, 'g', 'v', lastCount].map(entry);
  return rawListpack([...head, ...own]);
}

export interface Consumer {
  readonly name: string;
  readonly owned: readonly Bytes[];
}

export interface Group {
  readonly name: string;
  readonly pending: readonly Bytes[];
  readonly consumers: readonly Consumer[];
}

export interface Stream {
  readonly type?: number;
  /** Each: its id as a string of the dump, and its listpack. */
  readonly nodes: readonly (readonly [id: Bytes, listpack: Bytes])[];
  readonly groups?: readonly Group[];
  /** How many entries it says it has. */
  readonly entries?: number;
}

export function stream({
  type = STREAM_TYPES.second,
  nodes,
  groups = [],
  entries = 2,
}: Stream): number[] {
  const isFirst = type === STREAM_TYPES.first;
  const lastId = [...length(9), ...length(0)];
  const later = isFirst
    ? []
    : [...length(1), ...length(0), ...length(0), ...length(0), ...length(2)];
  return [
    ...length(nodes.length),
    ...nodes.flatMap(([nodeId, listpack]) => [...nodeId, ...string(listpack)]),
    ...length(entries),
    ...lastId,
    ...later,
    ...length(groups.length),
    ...groups.flatMap((group) => encodeGroup(group, type)),
  ];
}

function encodeGroup({ name, pending, consumers }: Group, type: number): number[] {
  const time = littleEndian(1_700_000_000_000, 8);
  return [
    ...string(name),
    ...length(1),
    ...length(0),
    ...(type === STREAM_TYPES.first ? [] : length(1)),
    ...length(pending.length),
    ...pending.flatMap((entryId) => [...entryId, ...time, ...length(1)]),
    ...length(consumers.length),
    ...consumers.flatMap((consumer) => [
      ...string(consumer.name),
      ...time,
      ...(type === STREAM_TYPES.third ? time : []),
      ...length(consumer.owned.length),
      ...consumer.owned.flat(),
    ]),
  ];
}
