import test from 'ava';
import { DecoderError } from '../../../src/system/wasm/decoder-error.js';
import { InstancePool, SMALL_MOST_BYTES } from '../../../src/system/wasm/instance-pool.js';
import { type JobHost, NO_HOST, type WasmInstance } from '../../../src/system/wasm/wasm.js';

/** Exports that take as much memory as is wanted, and that read a source. */
interface Exports {
  lzfOpen(length: number, expandedBytes: number): void;
  diffOpen(basisBytes: number, resultBytes: number, indexBytes: number, recordBytes: number): void;
  diffStep(): number;
}

type Instance = WasmInstance<Exports>;

function grow(instance: Instance): void {
  instance.exports.lzfOpen(SMALL_MOST_BYTES, 1);
}

function takeLarge(pool: InstancePool): Instance {
  const instance = pool.take<Exports>('large');
  grow(instance);
  return instance;
}

function hostOf(read: JobHost['read']): JobHost {
  return { ...NO_HOST, read };
}

test('an instance that was given back does the next job', (t) => {
  const pool = new InstancePool();
  const first = pool.take('small');
  pool.giveBack(first);
  t.is(pool.take('small'), first);
});

test('two jobs at once have two instances, with memories of their own', (t) => {
  const pool = new InstancePool();
  const first = pool.take<Exports>('large');
  const second = pool.take<Exports>('large');
  t.not(first, second);
  first.view(0, 1)[0] = 1;
  second.view(0, 1)[0] = 2;
  t.is(first.view(0, 1)[0], 1);
  const beforeBytes = second.memoryBytes();
  grow(first);
  t.is(second.memoryBytes(), beforeBytes);
});

test('of two large instances one is kept, and the next large job takes it', (t) => {
  const pool = new InstancePool();
  const kept = takeLarge(pool);
  const dropped = takeLarge(pool);
  pool.giveBack(kept);
  pool.giveBack(dropped);
  t.is(pool.take('large'), kept);
  t.not(pool.take('large'), dropped);
});

test('a large job takes the large instance though a small one came back later', (t) => {
  const pool = new InstancePool();
  const small = pool.take('small');
  const large = takeLarge(pool);
  pool.giveBack(large);
  pool.giveBack(small);
  t.is(pool.take('large'), large);
  t.is(pool.take('large'), small);
});

test('a small job leaves the large instance for a large one', (t) => {
  const pool = new InstancePool();
  const large = takeLarge(pool);
  pool.giveBack(large);
  t.not(pool.take('small'), large);
  t.is(pool.take('large'), large);
});

test('no more than three instances are kept', (t) => {
  const pool = new InstancePool();
  const taken = Array.from({ length: 5 }, () => pool.take('small'));
  for (const instance of taken) pool.giveBack(instance);
  const again = taken.map(() => pool.take('small'));
  t.is(again.filter((instance) => taken.includes(instance)).length, 3);
});

test('an instance is kept after a job and thrown away after an exception', async (t) => {
  const pool = new InstancePool();
  const first = await pool.run<Exports, Instance>('small', NO_HOST, async (instance) => instance);
  t.is(pool.take('small'), first);
  pool.giveBack(first);
  const failing = pool.run<Exports, never>('small', NO_HOST, async (instance) => {
    t.is(instance, first);
    throw new Error('the disk is gone');
  });
  await t.throwsAsync(failing, { message: 'the disk is gone' });
  t.not(pool.take('small'), first);
});

test('an instance whose decoder has rejected its input is kept', async (t) => {
  const pool = new InstancePool();
  let used: Instance | undefined;
  const failing = pool.run<Exports, never>('small', NO_HOST, async (instance) => {
    used = instance;
    throw new DecoderError('delta has no end', 7);
  });
  const error = await t.throwsAsync(failing, { instanceOf: DecoderError });
  t.is(error?.message, 'delta has no end, at byte 7');
  t.is(error?.atByte, 7);
  t.true(pool.take('small') === used, 'the instance that was used before');
});

test('reads go to the host of the job that runs, and what it throws comes out', async (t) => {
  const pool = new InstancePool();
  for (const name of ['first', 'second']) {
    const host = hostOf(() => {
      throw new Error(`the ${name} host was asked`);
    });
    const running = pool.run<Exports, number>('large', host, async ({ exports }) => {
      exports.diffOpen(1000, 1000, 0, 0);
      return exports.diffStep();
    });
    await t.throwsAsync(running, { message: `the ${name} host was asked` });
  }
});

test('an instance that was given back no longer has a host', (t) => {
  const pool = new InstancePool();
  const lent = pool.take(
    'small',
    hostOf(() => {}),
  );
  pool.giveBack(lent);
  const { exports } = pool.take<Exports>('small');
  exports.diffOpen(1000, 1000, 0, 0);
  t.throws(() => exports.diffStep(), { message: 'the job has no source 0' });
});
