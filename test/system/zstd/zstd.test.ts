import test from 'ava';
import * as fc from 'fast-check';
import { CorruptError } from '../../../src/errors.js';
import {
  createZstdWriter,
  zstdCompressBuffer,
  zstdDecompress,
  zstdDecompressBuffer,
} from '../../../src/system/zstd/zstd.js';
import { bytesDifference } from '../../support/files/bytes-difference.js';
import {
  PIECE,
  codecs,
  makeBytes,
  split,
  toAsync,
  collect,
  compressWith,
  assertCorrupt,
} from './every-codec.js';

const SIZES = [0, 1, 2, 1000, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 1_000_003, 3 << 20];

for (const sizeBytes of SIZES) {
  test(`${sizeBytes} bytes written by any codec are read by every codec`, async (t) => {
    for (const bytes of [
      makeBytes(sizeBytes),
      Buffer.alloc(sizeBytes),
      makeBytes(sizeBytes, 256),
    ]) {
      for (const [writerName, writer] of await codecs()) {
        const compressed = await compressWith(writer, bytes, 300_000);
        for (const [readerName, reader] of await codecs()) {
          const back = await collect(reader.decompress(toAsync(split(compressed, 65_536))));
          t.true(back.equals(bytes), `${writerName} to ${readerName}`);
        }
      }
    }
  });
}

test('the size of the chunks makes no difference', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 4000 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 50 }),
      async (bytes, writeStep, readStep) => {
        for (const [, codec] of await codecs()) {
          const compressed = await compressWith(codec, bytes, writeStep);
          const back = await collect(zstdDecompress(split(compressed, readStep)));
          t.deepEqual(back, Buffer.from(bytes));
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('a buffer that was written may be overwritten when the promise has settled', async (t) => {
  const expected = makeBytes(1_000_000, 256);
  for (const [name, codec] of await codecs()) {
    const pieces: Buffer[] = [];
    const writer = codec.createWriter(3, (piece) => pieces.push(Buffer.from(piece)));
    const buffer = Buffer.alloc(70_000);
    for (let start = 0; start < expected.length; start += buffer.length) {
      const count = expected.copy(buffer, 0, start);
      await writer.write(buffer.subarray(0, count));
      buffer.fill(0);
    }
    await writer.finish();
    t.true((await collect(zstdDecompress(pieces))).equals(expected), name);
  }
});

test('a chunk that is read may be overwritten when the next one is asked for', async (t) => {
  const expected = makeBytes(1_000_000, 256);
  const compressed = await zstdCompressBuffer(expected, 3);
  for (const [name, codec] of await codecs()) {
    async function* reused(): AsyncGenerator<Uint8Array> {
      const buffer = Buffer.alloc(30_000);
      for (let start = 0; start < compressed.length; start += buffer.length) {
        yield buffer.subarray(0, compressed.copy(buffer, 0, start));
        buffer.fill(0);
      }
    }
    t.true((await collect(codec.decompress(reused()))).equals(expected), name);
  }
});

test('an error of emit rejects write or finish', async (t) => {
  for (const [name, codec] of await codecs()) {
    const failure = new Error('disk full');
    const writer = codec.createWriter(3, () => {
      throw failure;
    });
    const error = await t.throwsAsync(async () => {
      for (const chunk of split(makeBytes(2 << 20, 256), 100_000)) await writer.write(chunk);
      await writer.finish();
    });
    t.is(error, failure, name);
  }
});

test('several writers can work at the same time', async (t) => {
  for (const [name, codec] of await codecs()) {
    const inputs = [1, 2, 3].map((count) => makeBytes(count * 200_000, 50 * count));
    const outputs = await Promise.all(inputs.map((bytes) => compressWith(codec, bytes, 50_000)));
    const backs = await Promise.all(outputs.map((each) => collect(zstdDecompress([each]))));
    for (const [index, bytes] of inputs.entries()) t.true(backs[index]?.equals(bytes), name);
  }
});

test('a frame can be written and read after an unfinished one', async (t) => {
  const bytes = makeBytes(400_000);
  for (const [name, codec] of await codecs()) {
    await codec.createWriter(3, () => {}).write(bytes);
    const compressed = await compressWith(codec, bytes, 100_000);
    for await (const piece of codec.decompress(toAsync([compressed]))) {
      t.not(piece.length, 0);
      break;
    }
    t.true((await collect(codec.decompress(toAsync([compressed])))).equals(bytes), name);
  }
});

test('a flipped bit gives an error or leaves the content unchanged', async (t) => {
  const bytes = makeBytes(300);
  const compressed = await zstdCompressBuffer(bytes, 3);
  for (let bit = 0; bit < compressed.length * 8; bit += 1) {
    const damaged = Buffer.from(compressed);
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      const back = await collect(zstdDecompress([damaged]));
      t.true(back.equals(bytes), `bit ${bit}`);
    } catch (error) {
      t.true(error instanceof CorruptError, `bit ${bit}: ${String(error)}`);
    }
  }
});

test('bytes that are not zstd are corrupt, and so are no bytes at all', async (t) => {
  await assertCorrupt(t, [Buffer.from('REDIS0011')], /not zstd data/);
  await assertCorrupt(t, [Buffer.from([0x1f, 0x8b, 8, 0])], /not zstd data/);
  await assertCorrupt(t, [], /ends before/);
});

test('an error of the source of the chunks is passed on unchanged', async (t) => {
  const compressed = await zstdCompressBuffer(makeBytes(1_000_000), 3);
  const failure = new Error('read failed');
  for (const [name, codec] of await codecs()) {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield compressed.subarray(0, 1000);
      throw failure;
    }
    t.is(await t.throwsAsync(() => collect(codec.decompress(failing()))), failure, name);
  }
});

test('ending the iteration early ends the source of the chunks', async (t) => {
  const compressed = await zstdCompressBuffer(Buffer.alloc(20 << 20), 3);
  for (const [name, codec] of await codecs()) {
    let isEnded = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (const chunk of split(compressed, 100)) yield chunk;
      } finally {
        isEnded = true;
      }
    }
    for await (const piece of codec.decompress(source())) {
      t.is(piece[0], 0);
      break;
    }
    t.true(isEnded, name);
  }
});

test('input is read only as output is taken', async (t) => {
  const compressed = await zstdCompressBuffer(makeBytes(8 << 20, 256), 1);
  for (const [name, codec] of await codecs()) {
    let readBytes = 0;
    let takenBytes = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      for (const chunk of split(compressed, 16_384)) {
        readBytes += chunk.length;
        yield chunk;
      }
    }
    for await (const piece of codec.decompress(source())) {
      takenBytes += piece.length;
      t.true(readBytes - takenBytes < 1 << 20, name);
      if (takenBytes > 4 << 20) break;
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
});

test('pieces do not change while the next ones are taken', async (t) => {
  const bytes = makeBytes(1_500_000, 256);
  const compressed = await zstdCompressBuffer(bytes, 3);
  for (const [name, codec] of await codecs()) {
    const pieces: Uint8Array[] = [];
    for await (const piece of codec.decompress(toAsync(split(compressed, 50_000)))) {
      t.true(piece.length <= PIECE, String(piece.length));
      pieces.push(piece);
    }
    t.true(Buffer.concat(pieces).equals(bytes), name);
  }
});

test('every level that can be written can be read', async (t) => {
  const bytes = makeBytes(300_000);
  for (let level = 1; level <= 19; level += 1) {
    t.is(
      bytesDifference(
        bytes,
        await zstdDecompressBuffer(await zstdCompressBuffer(bytes, level), 1e6),
      ),
      null,
    );
  }
});

test('a level whose frames could not be read again is refused', async (t) => {
  for (const level of [0, 20, -1, 1.5]) {
    await t.throwsAsync(() => createZstdWriter(level, () => {}), { instanceOf: RangeError });
  }
});

test('a frame that holds more than allowed is refused, and one at the limit is not', async (t) => {
  const compressed = await zstdCompressBuffer(Buffer.alloc(1 << 20), 3);
  t.is((await zstdDecompressBuffer(compressed, 1 << 20)).length, 1 << 20);
  await t.throwsAsync(() => zstdDecompressBuffer(compressed, (1 << 20) - 1), {
    instanceOf: CorruptError,
    message: /more than the 1048575 bytes/,
  });
});

test('a whole frame is decompressed at once by every codec, up to the length that is allowed', async (t) => {
  for (const sizeBytes of SIZES) {
    const bytes = makeBytes(sizeBytes);
    for (const [writerName, writer] of await codecs()) {
      const frame = await compressWith(writer, bytes, 300_000);
      for (const [readerName, reader] of await codecs()) {
        const name = `${sizeBytes} bytes, ${writerName} to ${readerName}`;
        t.true(reader.decompressWhole(frame, sizeBytes)?.equals(bytes), name);
        t.true(reader.decompressWhole(frame, sizeBytes + 1000)?.equals(bytes), name);
        if (sizeBytes > 0) t.is(reader.decompressWhole(frame, sizeBytes - 1), null, name);
      }
    }
  }
});

test('a damaged or cut frame is corrupt for every codec, also when decompressed at once', async (t) => {
  const frame = await zstdCompressBuffer(makeBytes(500_000), 3);
  const flipped = Buffer.from(frame);
  flipped[1000] = (flipped[1000] ?? 0) ^ 1;
  for (const [name, codec] of await codecs()) {
    for (const bad of [flipped, frame.subarray(0, 1000), frame.subarray(0, -1)]) {
      t.throws(() => codec.decompressWhole(bad, 500_000), { instanceOf: CorruptError }, name);
    }
    t.is(codec.decompressWhole(frame, 500_000)?.length, 500_000);
  }
});
