// A channel has room as long as little waits in it, and tells each side of the end of the other.
import test from 'ava';
import { ByteChannel, ChannelCancelled } from '../../../src/system/streams/byte-channel.js';

test('chunks come out in order, and the end after them', async (t) => {
  const channel = new ByteChannel(100);
  const produced = (async () => {
    for (let n = 0; n < 50; n += 1) {
      await channel.room();
      channel.put(Uint8Array.of(n));
    }
    channel.end();
  })();
  const taken: number[] = [];
  for await (const chunk of channel) taken.push(...chunk);
  await produced;
  t.deepEqual(
    taken,
    Array.from({ length: 50 }, (_, n) => n),
  );
});

test('a producer waits while enough bytes are waiting', async (t) => {
  const channel = new ByteChannel(10);
  let produced = 0;
  const producing = (async () => {
    for (let n = 0; n < 5; n += 1) {
      await channel.room();
      channel.put(new Uint8Array(6));
      produced += 1;
    }
    channel.end();
  })();
  const iterator = channel[Symbol.asyncIterator]();
  await iterator.next();
  t.true(produced <= 4, `${produced}`);
  let left = 0;
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) break;
    left += 1;
  }
  await producing;
  t.is(left, 4);
});

test('a failure reaches the consumer after what came before it', async (t) => {
  const channel = new ByteChannel(10);
  channel.put(Uint8Array.of(1));
  channel.fail(new Error('no more'));
  const iterator = channel[Symbol.asyncIterator]();
  t.deepEqual((await iterator.next()).value, Uint8Array.of(1));
  await t.throwsAsync(iterator.next(), { message: 'no more' });
});

test('a producer is told when nobody takes any more', async (t) => {
  const channel = new ByteChannel(1);
  channel.put(Uint8Array.of(1));
  const waiting = channel.room();
  channel.cancel();
  await t.throwsAsync(waiting, { instanceOf: ChannelCancelled });
  channel.put(Uint8Array.of(2));
  for await (const chunk of channel) t.fail(`${chunk.length}`);
});
