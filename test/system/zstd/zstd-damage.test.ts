// Frames that are damaged, cut off or too long are corrupt for every codec.
import test from 'ava';
import { CorruptError } from '../../../src/errors.js';
import { zstdCompressBuffer } from '../../../src/system/zstd/zstd.js';
import { codecs, makeBytes, toAsync, collect, assertCorrupt } from './every-codec.js';

test('a frame cut off anywhere is corrupt, never a short result', async (t) => {
  const compressed = await zstdCompressBuffer(makeBytes(2000), 3);
  for (let length = 0; length < compressed.length; length += 1) {
    await assertCorrupt(t, [compressed.subarray(0, length)], /ends before the end of its frame/);
  }
});

test('a wrong checksum is corrupt for every codec', async (t) => {
  const compressed = await zstdCompressBuffer(makeBytes(500_000), 3);
  compressed[compressed.length - 1] = (compressed[compressed.length - 1] as number) ^ 1;
  for (const [, codec] of await codecs()) {
    await t.throwsAsync(() => collect(codec.decompress(toAsync([compressed]))), {
      instanceOf: CorruptError,
      message: /cannot be decompressed/,
    });
  }
});

test('data after the frame is corrupt: a byte, garbage, another frame, in the same chunk or later', async (t) => {
  const compressed = await zstdCompressBuffer(makeBytes(1000), 3);
  for (const after of [Buffer.of(0), Buffer.from('garbage'), compressed]) {
    await assertCorrupt(t, [Buffer.concat([compressed, after])], /data after the end/);
    await assertCorrupt(t, [compressed, after], /data after the end/);
  }
});
