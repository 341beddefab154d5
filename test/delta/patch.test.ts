import test from 'ava';
import { DeltaFormatError } from '../../src/delta/delta-format-error.js';
import { patch } from '../../src/delta/patch.js';
import { CorruptError } from '../../src/errors.js';
import { copy, deltaOf, literal, number } from '../support/delta/delta-bytes.js';
import { bytesDifference } from '../support/files/bytes-difference.js';
import { MemoryReader } from '../support/files/memory-reader.js';
import { randomBytesOf } from './random-bytes.js';
import { Gathered, cut, diffBuffers, patchBuffer } from './run-delta.js';
import { SparseReader } from './sparse-reader.js';

const basis = randomBytesOf(1, 100_000);

test('COPY and LITERAL of every width are understood, in chunks of every size', async (t) => {
  const bytes = randomBytesOf(2, 300);
  const widths = [1, 2, 4, 8] as const;
  const copies = widths.flatMap((start) => widths.map((length) => copy(200, 99, [start, length])));
  const literals = [
    literal(bytes.subarray(0, 1)),
    literal(bytes.subarray(0, 64)),
    literal(bytes.subarray(0, 3), 1),
    literal(bytes, 2),
    literal(bytes, 4),
    literal(bytes, 8),
  ];
  const delta = deltaOf(...copies, ...literals);
  const expected = Buffer.concat([
    ...copies.map(() => basis.subarray(200, 299)),
    bytes.subarray(0, 1),
    bytes.subarray(0, 64),
    bytes.subarray(0, 3),
    bytes,
    bytes,
    bytes,
  ]);
  for (const chunkBytes of [1, 2, 3, 7, 64, 1000, delta.length]) {
    const result = await patchBuffer(basis, delta, { chunkBytes });
    t.true(result.equals(expected), `chunks of ${chunkBytes}`);
  }
});

test('thousands of small commands still make long writes', async (t) => {
  const commands = Array.from({ length: 30_000 }, (_, i) => copy((i * 7919) % 99_000, 100));
  const gathered = new Gathered();
  const { resultBytes } = await patch(
    new MemoryReader(basis),
    [deltaOf(...commands)],
    gathered.emit,
  );
  t.is(resultBytes, 3_000_000);
  t.deepEqual(
    gathered.lengths.slice(0, -1).filter((length) => length < 256 * 1024),
    [],
  );
  const expected = commands.map((_, i) => basis.subarray((i * 7919) % 99_000).subarray(0, 100));
  t.is(bytesDifference(Buffer.concat(expected), gathered.bytes), null);
});

test('a delta may come from an asynchronous source, with empty chunks in it', async (t) => {
  const { delta } = await diffBuffers(basis, basis.subarray(5));
  const gathered = new Gathered();
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const chunk of cut(delta, 3)) {
      yield chunk;
      yield Buffer.alloc(0);
    }
  }
  await patch(new MemoryReader(basis), chunks(), gathered.emit);
  t.is(bytesDifference(basis.subarray(5), gathered.bytes), null);
});

test('copies beyond 4 GiB read the right bytes', async (t) => {
  const far = 0x2_0000_0000;
  const island = randomBytesOf(3, 200_000);
  const sparse = new SparseReader(far + 1_000_000, [{ at: far + 5, bytes: island }]);
  const gathered = new Gathered();
  const delta = deltaOf(copy(far + 5, 200_000), copy(far + 105, 50), copy(far - 2, 10));
  await patch(sparse, [delta], gathered.emit);
  const expected = [island, island.subarray(100, 150), Buffer.alloc(7), island.subarray(0, 3)];
  t.is(bytesDifference(Buffer.concat(expected), gathered.bytes), null);
});

test('a result may be exactly as long as allowed', async (t) => {
  const delta = deltaOf(copy(0, 10), literal(Buffer.from('ab')));
  t.is((await patchBuffer(basis, delta, { maxResultBytes: 12 })).length, 12);
});

interface Damage {
  readonly what: string;
  readonly delta: Buffer;
  readonly message: string;
}

const whole = deltaOf(copy(0, 1000), literal(Buffer.from('hello')));
const MOST = 5000;

const damages: Damage[] = [
  {
    what: 'another magic number',
    delta: Buffer.from('7273013600', 'hex'),
    message: 'not a librsync delta: its magic number is 0x72730136, at byte 0',
  },
  {
    what: 'a reserved opcode',
    delta: deltaOf(copy(0, 1000), Buffer.of(0x55)),
    message: 'delta has the reserved opcode 0x55, at byte 8',
  },
  {
    what: 'the last reserved opcode',
    delta: deltaOf(Buffer.of(0xff)),
    message: 'delta has the reserved opcode 0xff, at byte 4',
  },
  {
    what: 'a LITERAL of length zero',
    delta: deltaOf(literal(Buffer.from('ab')), Buffer.of(0x41, 0)),
    message: 'delta has a command of length zero, at byte 7',
  },
  {
    what: 'a COPY of length zero',
    delta: deltaOf(copy(5, 0)),
    message: 'delta has a command of length zero, at byte 4',
  },
  {
    what: 'a LITERAL of a length that no file has',
    delta: deltaOf(Buffer.of(0x44), number(2n ** 63n, 8)),
    message: `delta has a command with the impossible number ${2 ** 63}, at byte 4`,
  },
  {
    what: 'a COPY from where no file reaches',
    delta: deltaOf(copy(2n ** 64n - 1n, 2)),
    message: `delta has a command with the impossible number ${2 ** 64}, at byte 4`,
  },
  {
    what: 'a COPY of a length that no file has',
    delta: deltaOf(copy(1, 2n ** 64n - 1n)),
    message: `delta has a command with the impossible number ${2 ** 64}, at byte 4`,
  },
  {
    what: 'a COPY that ends beyond the basis',
    delta: deltaOf(copy(99_999, 2)),
    message: 'delta copies up to byte 100001, beyond the end of its basis, at byte 4',
  },
  {
    what: 'a COPY that starts beyond the basis',
    delta: deltaOf(literal(Buffer.from('x')), copy(200_000, 1)),
    message: 'delta copies up to byte 200001, beyond the end of its basis, at byte 6',
  },
  {
    what: 'a COPY that makes the result too long',
    delta: deltaOf(copy(0, MOST), copy(0, 1)),
    message: 'delta makes more than the 5000 bytes its result has, at byte 8',
  },
  {
    what: 'a LITERAL that makes the result too long',
    delta: deltaOf(copy(0, MOST - 1), literal(Buffer.from('ab'))),
    message: 'delta makes more than the 5000 bytes its result has, at byte 8',
  },
  {
    what: 'bytes after END',
    delta: Buffer.concat([whole, Buffer.of(0)]),
    message: 'delta goes on after its end, at byte 15',
  },
  {
    what: 'no END',
    delta: whole.subarray(0, -1),
    message: 'delta ends before its END command, at byte 14',
  },
  {
    what: 'nothing at all',
    delta: Buffer.alloc(0),
    message: 'delta ends before its END command, at byte 0',
  },
];

for (const { what, delta, message } of damages) {
  test(`a delta with ${what} is corrupt`, async (t) => {
    for (const chunkBytes of [1, delta.length || 1]) {
      const error = await t.throwsAsync(
        patchBuffer(basis, delta, { chunkBytes, maxResultBytes: MOST }),
        { instanceOf: DeltaFormatError, message },
      );
      t.true(error instanceof CorruptError, String(error));
    }
  });
}

test('a delta that is cut off anywhere is corrupt', async (t) => {
  for (let length = 0; length < whole.length; length++) {
    await t.throwsAsync(patchBuffer(basis, whole.subarray(0, length)), {
      instanceOf: DeltaFormatError,
      message: `delta ends before its END command, at byte ${length}`,
    });
  }
});

test('after a failure the engine works as before', async (t) => {
  await t.throwsAsync(patchBuffer(basis, Buffer.from('7273023655', 'hex')));
  t.is(
    bytesDifference(
      Buffer.concat([basis.subarray(0, 1000), Buffer.from('hello')]),
      await patchBuffer(basis, whole),
    ),
    null,
  );
});
