// A save of which only the server tells: it counts if it ended well, and later than the one before.
import test, { type ExecutionContext } from 'ava';
import { saveUnseen } from '../../../src/redis/control/save-unseen.js';
import { reachServer } from '../../../src/engine/server/contact-server.js';
import { createTestContext } from '../../support/program/run-context.js';
import { honestReply, startFakeServer } from '../../support/redis/servers/fake-server.js';
import { serverRequest } from '../../support/redis/server-request.js';

/** What becomes of a BGSAVE. */
type End = 'ok' | 'err' | 'killed' | 'refused' | 'endless';

/** Has a server save whose saves end like this, one after the other. @returns how often it was asked */
async function save(t: ExecutionContext, ends: readonly End[]): Promise<number> {
  let asked = 0;
  let lastSave = 1000;
  let status = 'ok';
  let isSaving = false;
  const { port } = await startFakeServer(t, (words) => {
    if (words[0] === 'BGSAVE') {
      const end = ends[asked] ?? 'killed';
      asked += 1;
      if (end === 'refused') return "-ERR Can't BGSAVE: Another child process is active (AOF?)\r\n";
      if (end === 'ok') lastSave += 2;
      if (end === 'ok' || end === 'err') status = end;
      isSaving = end === 'endless';
    }
    return honestReply(words, {
      info: {
        persistence: [
          `rdb_bgsave_in_progress:${isSaving ? 1 : 0}`,
          `rdb_last_bgsave_status:${status}`,
          `rdb_last_save_time:${lastSave}`,
        ],
      },
    });
  });
  const request = serverRequest(port, { waitTimeoutMs: 4000 });
  const { connection, patience } = await reachServer(request, createTestContext());
  t.teardown(async () => connection.close());
  await saveUnseen({ connection, patience, onProgress: () => {} });
  return asked;
}

test('a save that ends well counts at once', async (t) => {
  t.is(await save(t, ['ok']), 1);
});

test('a server that is rewriting, and a save that is killed, are asked again', async (t) => {
  t.is(await save(t, ['refused', 'killed', 'ok']), 3);
});

test('a save that fails, or that is killed each time, is an error', async (t) => {
  for (const ends of [['err'], ['killed', 'killed', 'killed']] as const) {
    const error = await t.throwsAsync(save(t, ends));
    t.regex(error?.message ?? '', /^Redis at \S+ could not save its data$/);
  }
});

test('a save that does not end is waited for as long as was asked', async (t) => {
  const error = await t.throwsAsync(save(t, ['endless']));
  t.regex(error?.message ?? '', /is still saving or rewriting its data$/);
});
