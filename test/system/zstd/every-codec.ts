// Every codec that this Node has, and bytes to compress with them.
import type { ExecutionContext } from 'ava';
import { CorruptError } from '../../../src/errors.js';
import { loadAddonCodec } from '../../../src/system/zstd/zstd-addon.js';
import { builtinCodec } from '../../../src/system/zstd/zstd-builtin.js';
import type { ZstdCodec } from '../../../src/system/zstd/zstd-codec.js';
import { zstdDecompress } from '../../../src/system/zstd/zstd.js';

export const PIECE = 128 * 1024;

/** The addon, and the codec of Node.js where it has one. */
export async function codecs(): Promise<[string, ZstdCodec][]> {
  const builtin = builtinCodec();
  const addon: [string, ZstdCodec] = ['zstd-napi', await loadAddonCodec()];
  return builtin === null ? [addon] : [addon, ['node:zlib', builtin]];
}

/** Bytes that neither repeat nor are random, the same in each run. */
export function makeBytes(sizeBytes: number, alphabet = 64): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = 12345;
  for (let index = 0; index < sizeBytes; index += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[index] = (state >>> 16) % alphabet;
  }
  return bytes;
}

export function* split(bytes: Uint8Array, sizeBytes: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += sizeBytes) {
    yield bytes.subarray(start, start + sizeBytes);
  }
}

export async function* toAsync(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of chunks) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function compressWith(
  codec: ZstdCodec,
  bytes: Uint8Array,
  step: number,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const writer = codec.createWriter(3, (piece) => pieces.push(Buffer.from(piece)));
  for (const chunk of split(bytes, step)) await writer.write(chunk);
  await writer.finish();
  return Buffer.concat(pieces);
}

export async function assertCorrupt(
  t: ExecutionContext,
  chunks: Iterable<Uint8Array>,
  message: RegExp,
): Promise<void> {
  const error = await t.throwsAsync(() => collect(zstdDecompress(chunks)), {
    instanceOf: CorruptError,
  });
  t.regex(error?.message ?? '', message);
}
