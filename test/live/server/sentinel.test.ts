// Real Sentinels: the primary that they name is backed up, also after a failover, or a replica of it; and
// each way in which they do not help is an error that leaves the repository as it was.
import test from 'ava';
import { runCli } from '../../support/program/cli.js';
import { until } from '../../support/program/until.js';
import { readFlags, startSentinel, watching } from '../../support/redis/servers/redis-sentinel.js';
import {
  startGroup,
  first,
  untilKnown,
  startSentinels,
  at,
  backup,
  isRefused,
} from '../../support/redis/servers/sentinel-group.js';

test('the primary is found, and the new one after a failover', async (t) => {
  const group = await startGroup(t, 2);
  const sentinels = await startSentinels(t, group, 3);
  for (const sentinel of sentinels) {
    await until(async () => {
      const others = await sentinel.client.call('SENTINEL', 'SENTINELS', 'mymaster');
      return (others as unknown[]).length === 2;
    });
  }
  const [primary, ...replicas] = group.servers;
  const before = await backup(group, at(...sentinels));
  t.is(before.snapshot.server?.address, `127.0.0.1:${primary?.port}`);
  t.is(before.snapshot.server?.role, 'primary');
  t.is(before.snapshot.server?.masterName, 'mymaster');
  t.is(before.snapshot.source, first(group.servers).directory);
  t.deepEqual(before.notes, []);

  const downAfter = async (milliseconds: string): Promise<void> => {
    const words = ['SET', 'mymaster', 'down-after-milliseconds', milliseconds];
    for (const { client } of sentinels) await client.call('SENTINEL', ...words);
  };
  await downAfter('600000');
  await primary?.kill();
  await isRefused(t, group, [...at(...sentinels), '--wait-timeout', '2'], {
    message: /^no failover ended in time: Redis at \S+ cannot be reached: connection refused$/,
    hint: /--wait-timeout/,
  });
  await downAfter('1000');
  const after = await backup(group, [...at(...sentinels), '--master', 'mymaster']);
  const ports = replicas.map(({ port }) => `127.0.0.1:${port}`);
  t.true(
    ports.includes(after.snapshot.server?.address ?? ''),
    JSON.stringify(after.snapshot.server),
  );
  t.is(after.snapshot.server?.role, 'primary');
  t.deepEqual(
    after.notes.map(({ kind }) => kind),
    ['moved'],
  );
  t.is((await runCli(['verify', group.repository])).code, 0);
  const table = (await runCli(['list', '-v', group.repository])).stdout;
  t.regex(
    table,
    new RegExp(`snapshot 2: redis 7\\S* at ${after.snapshot.server?.address}, primary`),
  );
});

test('--prefer replica takes one that is in order, else the primary', async (t) => {
  const group = await startGroup(t, 2);
  const [sentinel] = await startSentinels(t, group, 1);
  if (sentinel === undefined) throw new Error('no Sentinel');
  const line = [...at(sentinel), '--prefer', 'replica'];
  const [primary, ...replicas] = group.servers;
  const { snapshot, notes } = await backup(group, line);
  const taken = replicas.find(({ port }) => snapshot.server?.address === `127.0.0.1:${port}`);
  const other = replicas.find((replica) => replica !== taken);
  if (taken === undefined || other === undefined) throw new Error(`took ${snapshot.source}`);
  t.is(snapshot.server?.role, 'replica');
  t.is(snapshot.server?.primary, `127.0.0.1:${primary?.port}`);
  t.true(
    (snapshot.server?.replicationOffset ?? 0) > 0,
    String(snapshot.server?.replicationOffset ?? 0),
  );
  t.deepEqual(notes, []);

  // The Sentinel does not know yet, and the next one is taken.
  await taken.kill();
  const next = await backup(group, line);
  t.is(next.snapshot.server?.address, `127.0.0.1:${other.port}`);
  await other.kill();
  await until(async () =>
    [...(await readFlags(sentinel, 'mymaster')).replicas.values()].every((flags) =>
      flags.includes('s_down'),
    ),
  );
  const fallback = await backup(group, line);
  t.is(fallback.snapshot.server?.role, 'primary');
  const note = fallback.notes.find(({ kind }) => kind === 'no-replica');
  t.regex(note?.message ?? '', /^no replica could be used \(127\.0\.0\.1:\d+ is down, 127/);
});

test('a Sentinel that does not answer is passed over, and the error says when none does', async (t) => {
  const group = await startGroup(t, 0);
  const [sentinel, other] = await startSentinels(t, group, 2);
  if (sentinel === undefined || other === undefined) throw new Error('no Sentinel');
  await sentinel.kill();
  const { notes } = await backup(group, at(sentinel, other));
  t.deepEqual(notes, []);
  const server = { address: `127.0.0.1:${first(group.servers).port}` };
  await isRefused(t, group, at(server), {
    message: /^Redis at \S+ is a server, not a Sentinel$/,
    hint: /usual port of a Sentinel is 26379/,
  });
  await backup(group, at(server, other));
  await other.kill();
  await isRefused(t, group, at(sentinel), {
    message: /^Sentinel at \S+ cannot be reached: connection refused$/,
  });
  await isRefused(t, group, at(sentinel, other, server), {
    message: new RegExp(
      `^no Sentinel could be asked: Sentinel at ${sentinel.address} cannot be reached: connection refused; ` +
        `Sentinel at ${other.address} cannot be reached: connection refused; ` +
        `Redis at ${server.address} is a server, not a Sentinel$`,
    ),
  });
});

test('a Sentinel that hangs is passed over', async (t) => {
  const group = await startGroup(t, 0);
  const [sentinel, other] = await startSentinels(t, group, 2);
  if (sentinel === undefined || other === undefined) throw new Error('no Sentinel');
  sentinel.hang();
  const { snapshot } = await backup(group, at(sentinel, other));
  t.is(snapshot.server?.address, `127.0.0.1:${first(group.servers).port}`);
  await isRefused(t, group, at(sentinel), {
    message: /^Sentinel at \S+ has not answered for 3 seconds$/,
  });
});

test('a primary that is gone and has no replica is not waited for', async (t) => {
  const group = await startGroup(t, 0);
  const [sentinel] = await startSentinels(t, group, 1);
  if (sentinel === undefined) throw new Error('no Sentinel');
  await first(group.servers).kill();
  await isRefused(t, group, at(sentinel), {
    message: /^Redis at \S+ cannot be reached: connection refused$/,
  });
});

test('a Sentinel with an outdated view is not believed', async (t) => {
  const group = await startGroup(t, 1);
  const [primary, replica] = group.servers;
  if (primary === undefined || replica === undefined) throw new Error('no servers');
  // It would put things right, but not soon.
  const behind = await startSentinel(t, {
    lines: [
      `sentinel monitor mymaster 127.0.0.1 ${primary.port} 1`,
      'sentinel down-after-milliseconds mymaster 600000',
    ],
  });
  await untilKnown(behind, 1);
  await replica.client.replicaof('NO', 'ONE');
  await primary.client.replicaof('127.0.0.1', replica.port);
  await until(async () => /master_link_status:up/.test(await primary.client.info('replication')));
  const knowing = await startSentinel(t, { lines: watching('mymaster', replica.port, 1) });
  await untilKnown(knowing, 1);
  await isRefused(t, group, [...at(behind), '--wait-timeout', '1'], {
    message: /^no failover ended in time: Redis at \S+ is now a replica$/,
  });
  const { snapshot } = await backup(group, at(behind, knowing));
  t.is(snapshot.server?.address, `127.0.0.1:${replica.port}`);
});

test('a primary on another machine is not backed up from here, a replica of it is', async (t) => {
  const address = '192.0.2.1';
  const group = await startGroup(t, 1);
  const [primary, replica] = group.servers;
  if (primary === undefined || replica === undefined) throw new Error('no servers');
  // What announces a strange address is on another machine, as far as addresses tell.
  const lines = [
    `sentinel monitor mymaster ${address} ${primary.port} 1`,
    'sentinel down-after-milliseconds mymaster 600000',
    `sentinel known-replica mymaster 127.0.0.1 ${replica.port}`,
  ];
  const sentinel = await startSentinel(t, { lines });
  await until(async () => {
    const { replicas } = await readFlags(sentinel, 'mymaster');
    return [...replicas.values()].includes('slave ok');
  });
  await isRefused(t, group, at(sentinel), {
    message: new RegExp(`^the primary 'mymaster' is on another machine, at ${address}:\\d+$`),
    hint: /^to back up the replica on this machine \(127\.0\.0\.1:\d+\), add --prefer replica$/,
  });
  const { snapshot } = await backup(group, [...at(sentinel), '--prefer', 'replica']);
  t.is(snapshot.server?.address, `127.0.0.1:${replica.port}`);
  await primary.kill();
  await until(async () => {
    const info = await replica.client.info('replication');
    return info.includes('master_link_status:down');
  });
  await isRefused(t, group, [...at(sentinel), '--prefer', 'replica'], {
    message:
      /on another machine, at \S+; its replicas here cannot be used: 127\.0\.0\.1:\d+ has lost its primary$/,
    hint: /^run redis-rewind on that machine/,
  });
});
