import test from 'ava';
import { CorruptError } from '../../../src/errors.js';
import { MAX_WINDOW_LOG, ZstdFrameScanner } from '../../../src/system/zstd/zstd-frame.js';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const LAST_EMPTY_RAW_BLOCK = [1, 0, 0];

function scan(bytes: readonly number[], step = bytes.length): ZstdFrameScanner {
  const scanner = new ZstdFrameScanner();
  for (let start = 0; start < bytes.length; start += step) {
    scanner.push(Uint8Array.from(bytes.slice(start, start + step)));
  }
  return scanner;
}

/** The header of a frame whose content size is given in four bytes. */
function singleSegment(sizeBytes: readonly number[]): number[] {
  return [...MAGIC, 0xa0, ...sizeBytes];
}

/** The header of a frame with a window of 2^log + eighths * 2^(log - 3) bytes. */
function withWindow(log: number, eighths = 0): number[] {
  return [...MAGIC, 0x00, ((log - 10) << 3) | eighths];
}

test('a frame of every block type is followed to its end, whatever the chunks', (t) => {
  const raw = [3 << 3, 0, 0, 7, 7, 7];
  const rle = [((1000 << 3) & 0xff) | 2, (1000 << 3) >> 8, 0, 9];
  const compressed = [(2 << 3) | 4 | 1, 0, 0, 1, 2];
  const frame = [...MAGIC, 0x04, 0x58, ...raw, ...rle, ...compressed, 0xaa, 0xbb, 0xcc, 0xdd];
  for (let step = 1; step <= frame.length; step += 1) {
    t.true(scan(frame, step).isComplete);
    t.false(scan(frame.slice(0, -1), step).isComplete);
    t.throws(() => scan([...frame, 0], step), { instanceOf: CorruptError });
  }
});

test('every form of the content size is skipped', (t) => {
  for (const [descriptor, bytes] of [
    [0x20, [5]],
    [0x60, [1, 0]],
    [0xa0, [1, 0, 1, 0]],
    [0xe0, [1, 0, 0, 0, 0, 0, 0, 0]],
    [0x40, [0x58, 1, 0]],
    [0x80, [0x58, 1, 0, 1, 0]],
    [0xc0, [0x58, 1, 0, 0, 0, 0, 0, 0, 0x10]],
  ] as const) {
    const frame = [...MAGIC, descriptor, ...bytes, ...LAST_EMPTY_RAW_BLOCK];
    t.true(scan(frame).isComplete, descriptor.toString(16));
    t.false(scan(frame.slice(0, -1)).isComplete, descriptor.toString(16));
  }
});

test('a window up to the limit is accepted, and a larger one is refused', (t) => {
  t.true(scan([...withWindow(MAX_WINDOW_LOG), ...LAST_EMPTY_RAW_BLOCK]).isComplete);
  for (const header of [
    withWindow(MAX_WINDOW_LOG, 1),
    withWindow(27),
    withWindow(31),
    withWindow(41, 7),
  ]) {
    t.throws(() => scan(header), { instanceOf: CorruptError, message: /window/ });
  }
});

test('the content of a single segment counts as its window, with the same limit', (t) => {
  t.true(scan([...singleSegment([0, 0, 0x80, 0]), ...LAST_EMPTY_RAW_BLOCK]).isComplete);
  t.throws(() => scan(singleSegment([1, 0, 0x80, 0])), {
    instanceOf: CorruptError,
    message: /window/,
  });
  t.throws(() => scan([...MAGIC, 0xe0, 255, 255, 255, 255, 255, 255, 255, 255]), {
    instanceOf: CorruptError,
    message: /window/,
  });
});

test('a frame that this program never writes is refused', (t) => {
  const cases: [number[], RegExp][] = [
    [[...MAGIC, 0x08], /unknown form/],
    [[...MAGIC, 0x01], /dictionary/],
    [[...MAGIC, 0x03], /dictionary/],
    [[...withWindow(20), 7, 0, 0], /block of an unknown type/],
    [[0x50, 0x2a, 0x4d, 0x18], /not zstd/],
    [[0x28, 0xb5, 0x2f, 0xfc], /not zstd/],
  ];
  for (const [bytes, message] of cases) {
    t.throws(() => scan(bytes), { instanceOf: CorruptError, message });
  }
});

test('finish accepts only a whole frame', (t) => {
  const frame = [...withWindow(20), ...LAST_EMPTY_RAW_BLOCK];
  t.notThrows(() => scan(frame).finish());
  for (let length = 0; length < frame.length; length += 1) {
    t.throws(() => scan(frame.slice(0, length)).finish(), {
      instanceOf: CorruptError,
      message: /ends before the end/,
    });
  }
});
