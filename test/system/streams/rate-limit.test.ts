// The limit of a rate: never faster on average, in portions that are never long in coming.
import test from 'ava';
import { RateLimit } from '../../../src/system/streams/rate-limit.js';

function createLimit(bytesPerSecond: number) {
  const pausesMs: number[] = [];
  const time = { nowMs: 5000 };
  const limit = new RateLimit({
    bytesPerSecond,
    monotonicMs: () => time.nowMs,
    pause: async (durationMs) => {
      pausesMs.push(durationMs);
      time.nowMs += durationMs;
    },
  });
  return { limit, pausesMs, time };
}

async function* inChunks(count: number, size: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(size, index);
}

test('bytes take the time that the limit gives them, and come unchanged', async (t) => {
  const { limit, pausesMs, time } = createLimit(1000);
  const parts: Buffer[] = [];
  for await (const portion of limit.slow(inChunks(10, 1000))) parts.push(Buffer.from(portion));
  const expected = Array.from({ length: 10 }, (_, index) => Buffer.alloc(1000, index));
  t.deepEqual(Buffer.concat(parts), Buffer.concat(expected));
  // The last portion is sent as soon as those before it are paid for.
  t.is(time.nowMs, 5000 + 9750);
  t.true(
    pausesMs.every((ms) => ms <= 250),
    pausesMs.join(),
  );
});

test('who was idle may not catch up on it', async (t) => {
  const { limit, time } = createLimit(1000);
  await limit.pass(100);
  time.nowMs += 60_000;
  await limit.pass(1000);
  const beganMs = time.nowMs;
  await limit.pass(1);
  t.is(time.nowMs - beganMs, 1000);
});

test('waits too short for a timer are put off, and not lost', async (t) => {
  const { limit, pausesMs, time } = createLimit(1_000_000);
  for (let index = 0; index < 1000; index += 1) await limit.pass(1000);
  t.true(time.nowMs - 5000 >= 990 && time.nowMs - 5000 <= 1000, String(time.nowMs));
  t.true(pausesMs.length < 300, String(pausesMs.length));
});
