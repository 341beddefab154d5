// Writes RDBs, version 10, with the records that a test names, in any order, as a restarted server dumps
// them. The layouts are those of Redis's rdb.c. It has only what the tests need.

export interface RdbKey {
  readonly database: number;
  readonly key: string;
  readonly value: RdbValue;
  /** Unix time in milliseconds. */
  readonly expiresAtMs?: number;
  /** Seconds since it was used last, as a server with an LRU policy writes it. */
  readonly idleSeconds?: number;
}

export type RdbValue =
  | { readonly type: 'string'; readonly text: Uint8Array | string }
  | { readonly type: 'set'; readonly members: readonly string[] }
  | { readonly type: 'hash'; readonly fields: readonly (readonly [string, Uint8Array | string])[] };

const TYPE_BYTES = { string: 0, set: 2, hash: 4 } as const;

const HEADER = Buffer.from('REDIS0010');
/** End of file, and the checksum of a server that makes none. */
const END = Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 0]);

/** The RDB of these keys in this order; those of a database need not lie together. */
export function writeRdb(
  keys: readonly RdbKey[],
  auxFields: Readonly<Record<string, string>> = {},
): Buffer {
  const parts: Uint8Array[] = [HEADER];
  for (const [name, value] of Object.entries(auxFields)) {
    parts.push(Buffer.from([0xfa]), ...encodeString(name), ...encodeString(value));
  }
  let database = -1;
  for (const item of keys) {
    if (item.database !== database) {
      database = item.database;
      parts.push(Buffer.from([0xfe]), encodeLength(database));
    }
    parts.push(...encodeKey(item));
  }
  return Buffer.concat([...parts, END]);
}

function encodeKey({ key, value, expiresAtMs, idleSeconds }: RdbKey): Uint8Array[] {
  const parts: Uint8Array[] = [];
  if (expiresAtMs !== undefined) {
    const expiry = Buffer.alloc(9, 0xfc);
    expiry.writeBigUInt64LE(BigInt(expiresAtMs), 1);
    parts.push(expiry);
  }
  if (idleSeconds !== undefined) parts.push(Buffer.from([0xf8]), encodeLength(idleSeconds));
  parts.push(Buffer.from([TYPE_BYTES[value.type]]), ...encodeString(key));
  if (value.type === 'string') return [...parts, ...encodeString(value.text)];
  if (value.type === 'set') {
    return [...parts, encodeLength(value.members.length), ...value.members.flatMap(encodeString)];
  }
  const fields = value.fields.flatMap(([name, text]) => [
    ...encodeString(name),
    ...encodeString(text),
  ]);
  return [...parts, encodeLength(value.fields.length), ...fields];
}

function encodeString(text: Uint8Array | string): [Buffer, Buffer] {
  const bytes = Buffer.from(text);
  return [encodeLength(bytes.length), bytes];
}

function encodeLength(length: number): Buffer {
  if (length < 64) return Buffer.from([length]);
  if (length < 16_384) return Buffer.from([0x40 | (length >> 8), length & 0xff]);
  const bytes = Buffer.alloc(5, 0x80);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
