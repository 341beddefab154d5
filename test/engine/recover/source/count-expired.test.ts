import test from 'ava';
import { countExpired } from '../../../../src/engine/recover/source/count-expired.js';
import { openRepositorySource } from '../../../../src/engine/restore/read-from-repository.js';
import { parseTime } from '../../../../src/engine/snapshot/time-spec.js';
import { pathFromText } from '../../../../src/system/files/byte-path.js';
import { writeRdb } from '../../../support/redis/data/rdb-writer.js';
import { createSandbox } from '../../../support/sandbox/sandbox.js';

const DUMP = pathFromText('dump.rdb');

test('keys whose time to live has passed are counted by the clock of now', async (t) => {
  const sandbox = await createSandbox(t);
  const nowMs = sandbox.context.clock.nowMs();
  const hour = 3_600_000;
  const keys = Array.from({ length: 5000 }, (_, index) => ({
    database: index % 2,
    key: `key ${index}`,
    value: { type: 'string', text: 'text' } as const,
    ...(index < 300 ? { expiresAtMs: nowMs - hour } : {}),
    ...(index >= 300 && index < 1000 ? { expiresAtMs: nowMs + 2 * hour } : {}),
  }));
  await sandbox.write('dump.rdb', writeRdb(keys));
  await sandbox.backup({ examine: true });
  const source = openRepositorySource(sandbox.repositoryPath, parseTime('now'), sandbox.context);
  t.teardown(async () => source.close());
  const expected = { databases: [], countedIn: DUMP, expired: null, expiredMost: 1000 };
  t.is(await countExpired(source, expected, sandbox.context), 300);
  sandbox.context.advance(2 * 3600);
  t.is(await countExpired(source, expected, sandbox.context), 1000);
  t.is(await countExpired(source, { ...expected, expiredMost: 0 }, sandbox.context), null);
  t.is(await countExpired(source, { ...expected, expiredMost: null }, sandbox.context), null);
});
