// When a request is tried again, and after which pause.
import test from 'ava';
import { RemoteStoreError } from '../../../../src/errors.js';
import {
  RemoteFailure,
  failureOfStatus,
  parseRetryAfter,
} from '../../../../src/offsite/stores/http/remote-failure.js';
import { pauseBefore, withRetries } from '../../../../src/offsite/stores/http/retry.js';

const errand = {
  action: "read 'swift://c/a'",
  store: 'swift://c',
  advice: { unreachable: 'u', credentials: 'c', permission: 'p', missing: 'm' },
};

test('pauses double up to a minute, and half of each is random', (t) => {
  t.deepEqual(
    [2, 3, 4, 5].map((next) => pauseBefore(next, null, 1)),
    [500, 1000, 2000, 4000],
  );
  t.is(pauseBefore(2, null, 0), 250);
  t.is(pauseBefore(40, null, 1), 60_000);
});

test('a server may ask for a pause, but not for an endless one', (t) => {
  t.is(pauseBefore(2, 7000, 0), 7000);
  t.is(pauseBefore(2, 1e12, 0), 60_000);
  t.is(parseRetryAfter('120', 0), 120_000);
  t.is(parseRetryAfter('Thu, 01 Jan 1970 00:00:05 GMT', 2000), 3000);
  for (const value of [undefined, 'soon', '-1', '99999999999999']) {
    t.is(parseRetryAfter(value, 0), null);
  }
});

async function tryWith(failures: readonly Error[], mostAttempts = 3): Promise<number[]> {
  const pausesMs: number[] = [];
  const pause = async (durationMs: number): Promise<void> => void pausesMs.push(durationMs);
  await withRetries({ mostAttempts, pause }, errand, async (number) => {
    const failure = failures[number - 1];
    if (failure !== undefined) throw failure;
  });
  return pausesMs;
}

test('a failure that passes is tried again', async (t) => {
  t.deepEqual(await tryWith([failureOfStatus(503, 1), failureOfStatus(429, 2)]), [1, 2]);
});

test('after the last attempt the error says how often it was tried', async (t) => {
  const failures = [408, 500, 503].map((status) => failureOfStatus(status, 0));
  const error = await t.throwsAsync(tryWith(failures), { instanceOf: RemoteStoreError });
  t.is(error.message, "cannot read 'swift://c/a': it answered 503 (tried 3 times)");
});

for (const [status, trouble, hint] of [
  [401, 'credentials', 'c'],
  [403, 'permission', 'p'],
  [404, 'missing', 'm'],
  [400, 'refused', undefined],
  [501, 'refused', undefined],
] as const) {
  test(`an answer of ${status} is final, and the hint says what to check`, async (t) => {
    const error = await t.throwsAsync(tryWith([failureOfStatus(status, null)]), {
      instanceOf: RemoteStoreError,
    });
    t.is(error.trouble, trouble);
    t.is(error.hint, hint);
    t.false(error.message.includes('tried'));
  });
}

test('an error that is no failure of the store passes through', async (t) => {
  const error = new Error('the content has failed');
  t.is(await t.throwsAsync(tryWith([error])), error);
  const unreachable = new RemoteFailure('unreachable', 'nothing listens there');
  t.is((await t.throwsAsync<RemoteStoreError>(tryWith([unreachable]))).hint, 'u');
});
