import test from 'ava';
import { InterruptedError } from '../../../src/errors.js';
import {
  awaitWithCheckpoints,
  createCheckpoint,
  uninterrupted,
} from '../../../src/system/time/checkpoint.js';

test('a checkpoint passes until the signal comes, and then ends the work with its reason', async (t) => {
  const stopping = new AbortController();
  const checkpoint = createCheckpoint(stopping.signal);
  await t.notThrowsAsync(checkpoint());
  stopping.abort(new InterruptedError('SIGINT'));
  const error = await t.throwsAsync(checkpoint(), { instanceOf: InterruptedError });
  t.is(error.exitCode, 130);
});

test('waiting for work elsewhere gives what the work gives', async (t) => {
  t.is(await awaitWithCheckpoints(Promise.resolve(7), uninterrupted), 7);
  await t.throwsAsync(awaitWithCheckpoints(Promise.reject(new Error('lost')), uninterrupted), {
    message: 'lost',
  });
});

test('a signal ends the waiting for work that has no end', async (t) => {
  const stopping = new AbortController();
  const endless = new Promise<never>(() => {});
  const waiting = awaitWithCheckpoints(endless, createCheckpoint(stopping.signal));
  stopping.abort(new InterruptedError('SIGTERM'));
  const error = await t.throwsAsync(waiting, { instanceOf: InterruptedError });
  t.is(error.exitCode, 143);
});
