// Exact counts of bytes come out of chunks of any size.
import test from 'ava';
import { ByteSource } from '../../../src/system/streams/byte-source.js';

const BYTES = Uint8Array.from({ length: 100 }, (_, n) => n);

function* pieces(size: number): Generator<Uint8Array> {
  for (let at = 0; at < BYTES.length; at += size) yield BYTES.slice(at, at + size);
}

test('counts are exact, whatever the chunks are', async (t) => {
  for (const size of [1, 3, 7, 50, 99, 100]) {
    const source = new ByteSource(pieces(size));
    t.deepEqual([...(await source.take(10))], [...BYTES.subarray(0, 10)]);
    t.deepEqual([...(await source.peek(60))], [...BYTES.subarray(10, 70)]);
    t.deepEqual([...(await source.take(0))], []);
    t.deepEqual([...(await source.take(60))], [...BYTES.subarray(10, 70)]);
    const some = await source.takeSome(5);
    t.true(some.length > 0 && some.length <= 5);
    t.is((await source.take(1000)).length, 30 - some.length);
    t.is((await source.take(1)).length, 0);
    t.is((await source.takeSome(1)).length, 0);
  }
});

test('what is left can be taken as chunks', async (t) => {
  const source = new ByteSource(pieces(9));
  await source.take(13);
  const left: number[] = [];
  for await (const chunk of source.chunks()) left.push(...chunk);
  t.deepEqual(left, [...BYTES.subarray(13)]);
});

test('closing ends the chunks', async (t) => {
  let isEnded = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Uint8Array.of(1);
    } finally {
      isEnded = true;
    }
  }
  const source = new ByteSource(endless());
  await source.take(1);
  await source.close();
  t.true(isEnded);
});
