// Deltas written by hand, command by command, with any widths and lengths that a test wants.

const MAGIC = Buffer.from('72730236', 'hex');
const END = Buffer.of(0);

export type Width = 1 | 2 | 4 | 8;

/** A COPY, with the smallest widths unless given. */
export function copy(
  start: number | bigint,
  length: number | bigint,
  widths?: [Width, Width],
): Buffer {
  const [startWidth, lengthWidth] = widths ?? [widthOf(start), widthOf(length)];
  const opcode = 0x45 + 4 * Math.log2(startWidth) + Math.log2(lengthWidth);
  return Buffer.concat([Buffer.of(opcode), number(start, startWidth), number(length, lengthWidth)]);
}

/** A LITERAL. Without a width, its length is in the opcode (1 to 64 bytes). */
export function literal(bytes: Uint8Array, width?: Width): Buffer {
  const head =
    width === undefined
      ? Buffer.of(bytes.length)
      : Buffer.concat([Buffer.of(0x41 + Math.log2(width)), number(bytes.length, width)]);
  return Buffer.concat([head, bytes]);
}

export function deltaOf(...commands: Uint8Array[]): Buffer {
  return Buffer.concat([MAGIC, ...commands, END]);
}

export function number(value: number | bigint, width: Width): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes.subarray(8 - width);
}

function widthOf(value: number | bigint): Width {
  if (value < 0x100) return 1;
  if (value < 0x10000) return 2;
  return value < 0x100000000 ? 4 : 8;
}
