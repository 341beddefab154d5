// An error in the middle of a procedure says where things stand; one before the first change is as it was.
import test from 'ava';
import { Standing } from '../../../../src/engine/recover/aof/standing.js';
import {
  InterruptedError,
  ServerError,
  type ServerTrouble,
  UsageError,
} from '../../../../src/errors.js';

function failure(trouble: ServerTrouble, hint?: string): ServerError {
  return new ServerError(trouble, 'it failed', { address: 'a:1', hint });
}

function hintOf(error: unknown): string | undefined {
  return error instanceof ServerError || error instanceof InterruptedError ? error.hint : undefined;
}

test('before the first change only a signal says where things stand', (t) => {
  const standing = new Standing('nothing was changed');
  t.is(hintOf(standing.describe(new InterruptedError('SIGINT'))), 'nothing was changed');
  t.is(hintOf(standing.describe(failure('failed', 'look'))), 'look');
});

test('after a change every error of the server does, after its own hint', (t) => {
  const standing = new Standing('nothing was changed');
  standing.changed('half done');
  t.is(hintOf(standing.describe(failure('failed', 'look'))), 'look; half done');
  t.is(hintOf(standing.describe(failure('lost'))), 'half done');
  const interrupted = standing.describe(new InterruptedError('SIGTERM')) as InterruptedError;
  t.is(interrupted.exitCode, 143);
  const other = new UsageError('no');
  t.is(standing.describe(other), other);
});

for (const [trouble, stands] of [
  ['permission', 'nothing was changed'],
  ['failed', 'nothing was changed'],
  ['lost', 'it may be done'],
  ['unreachable', 'it may be done'],
] as const) {
  test(`a change that ends with '${trouble}': ${stands}`, async (t) => {
    const standing = new Standing('nothing was changed');
    const changing = standing.change('it may be done', async () =>
      Promise.reject(failure(trouble)),
    );
    await t.throwsAsync(changing);
    t.is(hintOf(standing.describe(new InterruptedError('SIGINT'))), stands);
  });
}
