// Backups of a real server while clients write as fast as they can: what was captured, loaded by another
// server, is a prefix of what was written, with no gap and no torn transaction.
import { execFile } from 'node:child_process';
import { appendFile, readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import test from 'ava';
import { parseAofManifest } from '../../../src/persistence/aof/aof-manifest.js';
import { removeTree } from '../../support/files/temporary-directory.js';
import { succeedCli } from '../../support/program/cli.js';
import { CountingWriter, readWritten } from '../../support/redis/data/counting-writer.js';
import { type LiveSandbox, createLiveSandbox } from '../../support/redis/live-sandbox.js';
import { withRedisServer } from '../../support/redis/servers/redis-server.js';
import { lookNames } from '../../support/sandbox/note-names.js';

const run = promisify(execFile);

/** What a server that loads the mirror has of the writer's numbers. */
async function load({ sandbox }: LiveSandbox, appendOnly: boolean): Promise<number> {
  const directory = sandbox.at('loaded');
  await run('cp', ['-a', sandbox.repository, directory]);
  await removeTree(path.join(directory, 'redis-rewind-data'));
  try {
    return await withRedisServer({ directory, appendOnly }, async ({ client }) => {
      return (await readWritten(client)).count;
    });
  } finally {
    await removeTree(directory);
  }
}

async function withWriter<T>(
  { server }: LiveSandbox,
  work: (writer: CountingWriter) => Promise<T>,
): Promise<T> {
  const writer = new CountingWriter(server.port);
  try {
    return await work(writer);
  } finally {
    await writer.stop();
  }
}

/** Enough to say that none is torn; more of them with the variable CAPTURES. */
const CAPTURES = Number(process.env['CAPTURES'] ?? 100);

test('captures under load, with rewrites all the time, are never torn', async (t) => {
  const at = await createLiveSandbox(t, {
    appendOnly: true,
    settings: { 'aof-timestamp-enabled': 'yes' },
  });
  const over = new AbortController();
  let rewrites = 0;
  const rewriting = (async () => {
    while (!over.signal.aborted) {
      const reply: unknown = await at.server.client.call('BGREWRITEAOF').catch(() => null);
      if (reply !== null) rewrites += 1;
      await delay(25);
    }
  })();
  let trimmed = 0;
  let last = 0;
  try {
    for (let capture = 0; capture < CAPTURES; capture += 1) {
      const { before, after } = await withWriter(at, async (writer) => {
        await delay(30);
        const acknowledged = writer.acknowledged;
        const report = await at.backup();
        // Each round begins with FLUSHALL, of which an alarm tells.
        t.deepEqual(
          lookNames(report.notes).filter((name) => name !== 'alarm -'),
          [],
        );
        trimmed += report.server?.aof?.files.at(-1)?.trimmedBytes ?? 0;
        return { before: acknowledged, after: writer.sent };
      });
      const count = await load(at, true);
      t.true(count >= before && count <= after, `${before} <= ${count} <= ${after}`);
      last = Math.max(last, count);
      await at.server.client.flushall();
    }
  } finally {
    over.abort();
    await rewriting;
  }
  t.true(last > 100, String(last));
  t.true(rewrites > CAPTURES, String(rewrites));
  t.log(`${rewrites} rewrites, up to ${last} numbers, ${trimmed} bytes trimmed`);
});

test('the mirror holds the manifest and just the files that it names', async (t) => {
  const at = await createLiveSandbox(t, { appendOnly: true });
  await withWriter(at, async () => {
    for (let round = 0; round < 5; round += 1) {
      await at.server.client.call('BGREWRITEAOF');
      const { server } = await at.backup();
      const folder = path.join(at.sandbox.repository, 'appendonlydir');
      const manifest = parseAofManifest(
        await readFile(path.join(folder, 'appendonly.aof.manifest')),
      );
      t.deepEqual(manifest.histories, []);
      const named = [manifest.base, ...manifest.incrs].map((file) => String(file?.name));
      t.deepEqual(
        (await readdir(folder)).toSorted(),
        [...named, 'appendonly.aof.manifest'].toSorted(),
      );
      t.deepEqual(
        server?.aof?.files.map((file) => file.path),
        named.map((name) => `appendonlydir/${name}`),
      );
    }
  });
});

test('a dump under load is what the server held after it was asked', async (t) => {
  const at = await createLiveSandbox(t, { save: '3600 1' });
  for (let round = 0; round < 4; round += 1) {
    await withWriter(at, async (writer) => {
      await delay(50);
      const before = writer.acknowledged;
      const askedSeconds = Math.floor(Date.now() / 1000);
      const { server } = await at.backup(round === 3 ? { save: 'save' } : {});
      t.is(server?.save, round === 3 ? 'save' : 'bgsave');
      // By the clock of this machine, which the test's own does not go by.
      t.true(
        Date.parse(server?.dumpTime ?? '') / 1000 >= askedSeconds,
        `${Date.parse(server?.dumpTime ?? '') / 1000}, ${askedSeconds}`,
      );
      const count = await load(at, false);
      t.true(count >= before && count <= writer.sent, `${before} <= ${count} <= ${writer.sent}`);
    });
    await at.server.client.flushall();
  }
});

test('a second backup in the same second has the writes since the first', async (t) => {
  const at = await createLiveSandbox(t, { save: '3600 1' });
  for (let number = 0; number < 4; number += 1) {
    await at.server.client.rpush('log', number);
    const { server } = await at.backup();
    t.is(server?.databases[0]?.keys, 1);
    const directory = path.join(at.sandbox.root, 'loaded');
    await run('cp', ['-a', at.sandbox.repository, directory]);
    await withRedisServer({ directory }, async ({ client }) => {
      t.is(await client.llen('log'), number + 1);
    });
    await removeTree(directory);
  }
});

test('an AOF without new writes is not read again, and costs nothing', async (t) => {
  const at = await createLiveSandbox(t, { appendOnly: true });
  await at.server.client.set('key', 'value');
  await delay(1100);
  await at.backup();
  const { snapshot, changedFiles } = await at.backup();
  t.is(changedFiles, 0);
  t.is(snapshot.incrementBytes, 0);
});

const TORN = '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$9\r\nnot who';
const OPEN_TRANSACTION = '*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n';

for (const [what, tail] of [
  ['a command', TORN],
  ['a transaction', OPEN_TRANSACTION],
] as const) {
  test(`${what} that is only half written is left out, and the rest loads`, async (t) => {
    const at = await createLiveSandbox(t, { appendOnly: true });
    await at.server.client.rpush('log', 0);
    const name = 'appendonlydir/appendonly.aof.1.incr.aof';
    const file = path.join(at.sandbox.source, name);
    await appendFile(file, tail);
    await delay(1100);
    const { server, notes } = await at.backup();
    t.deepEqual(lookNames(notes), []);
    const { size } = await stat(file);
    const captured = server?.aof?.files.at(-1);
    t.deepEqual(captured, {
      path: name,
      sizeBytes: size - tail.length,
      trimmedBytes: tail.length,
    });
    t.is((await stat(path.join(at.sandbox.repository, name))).size, size - tail.length);
    const strict = { 'aof-load-truncated': 'no' };
    const directory = path.join(at.sandbox.root, 'loaded');
    await run('cp', ['-a', at.sandbox.repository, directory]);
    await withRedisServer({ directory, appendOnly: true, settings: strict }, async ({ client }) => {
      t.deepEqual(await client.lrange('log', 0, -1), ['0']);
      t.is(await client.exists('k'), 0);
    });
    // The source's own stat is what the next run goes by: nothing has changed.
    const next = await at.backup();
    t.is(next.changedFiles, 0);
    t.deepEqual(next.examined, [], 'it was not read again');
  });
}

test('the report has what the server says about itself', async (t) => {
  const at = await createLiveSandbox(t, {
    save: '3600 1',
    settings: { 'maxmemory-policy': 'allkeys-lru' },
  });
  await at.server.client.mset('a', 1, 'b', 2);
  await at.server.client.expire('b', 1000);
  await at.server.client.select(3);
  await at.server.client.set('c', 3);
  const { server } = await at.backup();
  t.like(server, {
    product: 'redis',
    role: 'primary',
    maxmemoryPolicy: 'allkeys-lru',
    save: 'bgsave',
    aof: null,
    databases: [
      { database: 0, keys: 2, expiringKeys: 1 },
      { database: 3, keys: 1, expiringKeys: 0 },
    ],
  });
  t.regex(server?.version ?? '', /^\d+\.\d+\.\d+$/);
  t.regex(server?.runId ?? '', /^[0-9a-f]{40}$/);
  t.true((server?.usedMemoryBytes ?? 0) > 100_000, String(server?.usedMemoryBytes ?? 0));
  t.deepEqual(at.sandbox.list()[0]?.server, server);
  const { stdout } = await succeedCli(['list', '-v', at.sandbox.repository]);
  t.regex(
    stdout,
    / {2}snapshot 1: redis [\d.]+ at 127\.0\.0\.1:\d+, primary, 3 keys \(db0 2, db3 1\), dump of 20/,
  );
  t.regex(stdout, / {4}memory [\d.]+ [kM]i?B, maxmemory-policy allkeys-lru, no AOF\n/);
  t.true(stdout.includes(`    run id ${server?.runId}, replication offset 0\n`), stdout);
});
