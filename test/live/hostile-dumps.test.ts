// Whole dumps under the name dump.rdb: this program says what a redis-server does that starts on them, with
// `sanitize-dump-payload no` (the default) and with `yes`.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { wouldLoad, wouldLoadSanitized } from '../../src/persistence/examine/verdict.js';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { HOSTILE_DUMPS } from '../support/redis/data/hostile/hostile-dumps.js';
import { HOSTILE_VALUES } from '../support/redis/data/hostile/hostile-values.js';
import {
  FAST_CRASHES,
  dumpOf,
  dumpOfEntries,
  judgeDump,
} from '../support/redis/data/hostile/judge-value.js';
import { startRedisServer } from '../support/redis/servers/redis-server.js';

/** A share of the values, since each is two starts of a server. */
const EVERY = 9;

async function starts(t: ExecutionContext, dump: Buffer, sanitize: 'no' | 'yes'): Promise<boolean> {
  const directory = await temporaryDirectory(t);
  writeFileSync(path.join(directory, 'dump.rdb'), dump);
  const settings = { ...FAST_CRASHES, 'sanitize-dump-payload': sanitize };
  try {
    const server = await startRedisServer({ directory, settings });
    await server.kill();
    return true;
  } catch {
    return false;
  }
}

async function compare(t: ExecutionContext, name: string, dump: Buffer): Promise<void> {
  const verdict = await judgeDump(dump);
  t.is(wouldLoad(verdict), await starts(t, dump, 'no'), `${name}: loads`);
  t.is(wouldLoadSanitized(verdict), await starts(t, dump, 'yes'), `${name}: sanitized`);
}

test('odd dumps: a server loads them if this program says so', async (t) => {
  for (const { name, entries } of HOSTILE_DUMPS) await compare(t, name, dumpOfEntries(entries));
});

test('odd values in a dump, with and without a checksum', async (t) => {
  const some = HOSTILE_VALUES.filter((_, index) => index % EVERY === 0);
  t.true(some.length > 10);
  for (const [index, value] of some.entries()) {
    await compare(t, value.name, dumpOf(value, index % 2 === 0));
  }
});

test('bytes that follow the end of a dump: a server loads it', async (t) => {
  const dump = dumpOfEntries(HOSTILE_DUMPS[0]?.entries ?? []);
  for (const rest of ['\0'.repeat(4096), 'something else', '*1\r\n$4\r\nPING\r\n']) {
    await compare(t, JSON.stringify(rest), Buffer.concat([dump, Buffer.from(rest)]));
  }
});
