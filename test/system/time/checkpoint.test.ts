import test from 'ava';
import { InterruptedError } from '../../../src/errors.js';
import {
  awaitWithCheckpoints,
  createCheckpoint,
  uninterrupted,
} from '../../../src/system/time/checkpoint.js';

test('a checkpoint passes until the signal aborts, and then throws its reason', async (t) => {
  const stopping = new AbortController();
  const checkpoint = createCheckpoint(stopping.signal);
  await t.notThrowsAsync(checkpoint());
  stopping.abort(new InterruptedError('SIGINT'));
  const error = await t.throwsAsync(checkpoint(), { instanceOf: InterruptedError });
  t.is(error.exitCode, 130);
});

test('waiting for work elsewhere gives the result of the work', async (t) => {
  t.is(await awaitWithCheckpoints(Promise.resolve(7), uninterrupted), 7);
  await t.throwsAsync(awaitWithCheckpoints(Promise.reject(new Error('lost')), uninterrupted), {
    message: 'lost',
  });
});

test('a signal ends the wait for work that never ends', async (t) => {
  const stopping = new AbortController();
  const endless = new Promise<never>(() => {});
  const waiting = awaitWithCheckpoints(endless, createCheckpoint(stopping.signal));
  stopping.abort(new InterruptedError('SIGTERM'));
  const error = await t.throwsAsync(waiting, { instanceOf: InterruptedError });
  t.is(error.exitCode, 143);
});
