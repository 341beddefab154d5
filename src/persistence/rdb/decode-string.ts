// Decodes strings of an RDB: a length and bytes, an integer that becomes decimal text, or LZF (redis
// rdb.c:194). The whole string must be in memory, so this is for names, aux fields and other short ones.
import { decodeLzf } from './decode-lzf.js';
import { RdbFormatError } from './rdb-format-error.js';

export interface DecodedString {
  readonly value: Buffer;
  /** Offset after the last byte of the string. */
  readonly endAt: number;
}

interface StringSpan {
  readonly encoding: 'plain' | 'integer' | 'lzf';
  readonly bodyAt: number;
  readonly bodyBytes: number;
  /** Of a compressed string only. */
  readonly expandedBytes?: number;
}

interface DecodedLength {
  readonly value: number;
  readonly endAt: number;
}

const LZF = 0xc3;

/**
 * The string that begins at `at` of `bytes`.
 * @throws RdbFormatError when there is none, it is not whole, or it does not expand
 */
export function decodeRdbString(bytes: Uint8Array, at = 0): DecodedString {
  const { encoding, bodyAt, bodyBytes, expandedBytes = bodyBytes } = locate(bytes, at);
  const endAt = bodyAt + bodyBytes;
  const body = bytes.subarray(bodyAt, endAt);
  if (encoding === 'lzf') return { value: decodeLzf(body, expandedBytes), endAt };
  if (encoding === 'plain') return { value: Buffer.from(body), endAt };
  const integer = Buffer.from(body).readIntLE(0, body.length);
  return { value: Buffer.from(String(integer)), endAt };
}

/** Offset after the string that begins at `at`. @throws RdbFormatError when it is not whole */
export function endOfRdbString(bytes: Uint8Array, at: number): number {
  const { bodyAt, bodyBytes } = locate(bytes, at);
  return bodyAt + bodyBytes;
}

function locate(bytes: Uint8Array, at: number): StringSpan {
  const first = bytes[at] ?? missing(at);
  if (first < 0xc0) {
    const length = decodeLength(bytes, at);
    return checkWhole(bytes, { encoding: 'plain', bodyAt: length.endAt, bodyBytes: length.value });
  }
  if (first < LZF) {
    return checkWhole(bytes, { encoding: 'integer', bodyAt: at + 1, bodyBytes: 1 << (first & 3) });
  }
  if (first > LZF) throw new RdbFormatError(`unknown string encoding 0x${first.toString(16)}`, at);
  const compressed = decodeLength(bytes, at + 1);
  const expanded = decodeLength(bytes, compressed.endAt);
  return checkWhole(bytes, {
    encoding: 'lzf',
    bodyAt: expanded.endAt,
    bodyBytes: compressed.value,
    expandedBytes: expanded.value,
  });
}

/** Returns the span if all of its bytes are there. */
function checkWhole(bytes: Uint8Array, span: StringSpan): StringSpan {
  if (span.bodyBytes > bytes.length - span.bodyAt) missing(bytes.length);
  return span;
}

function decodeLength(bytes: Uint8Array, at: number): DecodedLength {
  const first = bytes[at] ?? missing(at);
  if (first < 64) return { value: first, endAt: at + 1 };
  if (first < 128) {
    return { value: ((first & 63) << 8) | (bytes[at + 1] ?? missing(at + 1)), endAt: at + 2 };
  }
  // In the place of a length, a server takes the encoding of a string for a number.
  if (first >= 0xc0) return { value: first & 63, endAt: at + 1 };
  const width = first === 0x80 ? 4 : first === 0x81 ? 8 : 0;
  if (width === 0) throw new RdbFormatError(`unknown length encoding 0x${first.toString(16)}`, at);
  const endAt = at + 1 + width;
  if (endAt > bytes.length) missing(bytes.length);
  const digits = Buffer.from(bytes.subarray(at + 1, endAt));
  return { value: width === 4 ? digits.readUInt32BE() : Number(digits.readBigUInt64BE()), endAt };
}

function missing(at: number): never {
  throw new RdbFormatError('string is longer than the bytes that are left', at);
}
