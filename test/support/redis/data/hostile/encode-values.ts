// Writes the encodings that values have in a dump, right or with one part that is wrong.

export type Bytes = readonly number[];

export const text = (value: string): number[] => [...Buffer.from(value, 'latin1')];

/** A length of up to 32 bits. */
export function length(value: number): number[] {
  if (value < 64) return [value];
  if (value < 16384) return [0x40 | (value >> 8), value & 255];
  return [0x80, ...bigEndian(value, 4)];
}

/** A string of an RDB. */
export function string(value: Bytes | string): number[] {
  const bytes = typeof value === 'string' ? text(value) : value;
  return [...length(bytes.length), ...bytes];
}

/** A compressed string of the given length. */
export const lzf = (expanded: number, body: Bytes): number[] => [
  0xc3,
  ...length(body.length),
  ...length(expanded),
  ...body,
];

/** Compresses by literals alone. */
export function literalLzf(value: Bytes): number[] {
  const body: number[] = [];
  for (let at = 0; at < value.length; at += 32) {
    const part = value.slice(at, at + 32);
    body.push(part.length - 1, ...part);
  }
  return lzf(value.length, body);
}

export function littleEndian(value: number | bigint, width: number): number[] {
  return Array.from({ length: width }, (_, index) =>
    Number((BigInt(value) >> BigInt(8 * index)) & 255n),
  );
}

export function bigEndian(value: number | bigint, width: number): number[] {
  return littleEndian(value, width).toReversed();
}

export function double(value: number): number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return [...bytes];
}

export function intset(
  values: readonly number[],
  { width = 2, count = values.length } = {},
): number[] {
  const numbers = values.flatMap((value) => littleEndian(value, width));
  return [...littleEndian(width, 4), ...littleEndian(count, 4), ...numbers];
}

/** An entry of a listpack: a number below 128, or a text below 4096 bytes. */
export function entry(value: number | string): number[] {
  if (typeof value === 'number') return [value, 1];
  const bytes = text(value);
  const head =
    bytes.length < 64 ? [0x80 | bytes.length] : [0xe0 | (bytes.length >> 8), bytes.length & 255];
  return withBacklen([...head, ...bytes]);
}

export function withBacklen(encoded: Bytes): number[] {
  const size = encoded.length;
  return [...encoded, ...(size < 128 ? [size] : [size >> 7, (size & 127) | 128])];
}

export interface ListpackFaults {
  readonly count?: number;
  readonly size?: number;
  readonly end?: number;
}

/** A listpack of entries that are already encoded. */
export function rawListpack(entries: readonly Bytes[], faults: ListpackFaults = {}): number[] {
  const body = entries.flat();
  const { count = entries.length, size = body.length + 7, end = 0xff } = faults;
  return [...littleEndian(size, 4), ...littleEndian(count, 2), ...body, end];
}

export function listpack(
  values: readonly (number | string)[],
  faults: ListpackFaults = {},
): number[] {
  return rawListpack(values.map(entry), faults);
}

export interface ZiplistFaults extends ListpackFaults {
  readonly tail?: number;
  /** Which entry says another length of the entry before, and which. */
  readonly before?: readonly [index: number, length: number];
}

/** A ziplist of texts below 64 bytes and of numbers from 0 to 12. */
export function ziplist(
  values: readonly (number | string)[],
  faults: ZiplistFaults = {},
): number[] {
  const body: number[] = [];
  let tail = 10;
  let before = 0;
  values.forEach((value, index) => {
    tail = 10 + body.length;
    const encoded = typeof value === 'number' ? [0xf1 + value] : [value.length, ...text(value)];
    const said = faults.before?.[0] === index ? faults.before[1] : before;
    body.push(said, ...encoded);
    before = encoded.length + 1;
  });
  const { count = values.length, size = body.length + 11, end = 0xff } = faults;
  const head = [...littleEndian(size, 4), ...littleEndian(faults.tail ?? tail, 4)];
  return [...head, ...littleEndian(count, 2), ...body, end];
}

export function zipmap(
  pairs: readonly (readonly [field: string, value: string])[],
  { count = pairs.length, free = 0, end = 0xff } = {},
): number[] {
  const body = pairs.flatMap(([field, value]) => [
    field.length,
    ...text(field),
    value.length,
    free,
    ...text(value),
    ...Array.from({ length: free }, () => 0),
  ]);
  return [count, ...body, end];
}
