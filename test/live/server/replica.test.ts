// Replicas: one that is connected is backed up as any server, one that has lost its primary is not, unless
// its files are wanted as they are. A socket in place of a port.
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { runCli } from '../../support/program/cli.js';
import { type LiveSandbox, createLiveSandbox } from '../../support/redis/live-sandbox.js';
import { startSentinel, watching } from '../../support/redis/servers/redis-sentinel.js';
import { isRefusedBackup } from '../../support/redis/refused-backup.js';

async function untilLink({ server }: LiveSandbox, state: 'up' | 'down'): Promise<void> {
  const wanted = `master_link_status:${state}`;
  while (!(await server.client.info('replication')).includes(wanted)) await delay(20);
}

test('a replica is backed up as long as it has its primary', async (t) => {
  const primary = await createLiveSandbox(t, { settings: { 'repl-diskless-sync-delay': '0' } });
  const replica = await createLiveSandbox(t, { save: '3600 1' });
  await primary.server.client.set('key', 'value');
  await replica.server.client.replicaof('127.0.0.1', primary.server.port);
  await untilLink(replica, 'up');
  await primary.server.client.set('key', 'changed');
  while ((await replica.server.client.get('key')) !== 'changed') await delay(20);
  const { server } = await replica.backup();
  t.is(server?.role, 'replica');
  t.is(server?.address, `127.0.0.1:${replica.server.port}`);
  t.is(server?.primary, `127.0.0.1:${primary.server.port}`);
  const listed = await runCli(['list', '-v', replica.sandbox.repository]);
  t.regex(listed.stdout, /: redis 7\S* at 127\.0\.0\.1:\d+, replica of 127\.0\.0\.1:\d+, 1 key,/);
  t.true((server?.replicationOffset ?? 0) > 0, String(server?.replicationOffset ?? 0));
  t.deepEqual(server?.databases, [{ database: 0, keys: 1, expiringKeys: 0 }]);
  await primary.server.kill();
  await untilLink(replica, 'down');
  const lost = {
    message: /is a replica that has lost its primary: its data may be old$/,
    hint: /^back up the primary, or take the files as they are with --save none$/,
  };
  const at = ['-p', String(replica.server.port)];
  await isRefusedBackup(t, {
    repository: replica.sandbox.repository,
    args: at,
    refusal: lost,
  });
  // It answers most commands with MASTERDOWN now.
  await replica.server.client.config('SET', 'replica-serve-stale-data', 'no');
  await t.throwsAsync(replica.server.client.get('key'), { message: /^MASTERDOWN/ });
  await isRefusedBackup(t, {
    repository: replica.sandbox.repository,
    args: at,
    refusal: lost,
  });
  t.is((await replica.backup({ save: 'none' })).server?.save, 'none');
});

test('a Sentinel is told from a server', async (t) => {
  const at = await createLiveSandbox(t);
  const { port } = await startSentinel(t, { lines: watching('mymaster', at.server.port, 1) });
  await isRefusedBackup(t, {
    repository: at.sandbox.repository,
    args: ['-p', String(port)],
    refusal: {
      message: /is a Sentinel, not a server$/,
      hint: new RegExp(`where the server is, use --sentinel 127\\.0\\.0\\.1:${port}$`),
    },
  });
});

test('a dump that was a link is replaced by the save, as Redis does it', async (t) => {
  const at = await createLiveSandbox(t, { save: '3600 1' });
  await symlink('/nowhere/dump.rdb', path.join(at.sandbox.source, 'dump.rdb'));
  t.is((await at.backup()).server?.save, 'bgsave');
});

test('a server is reached by its socket', async (t) => {
  const at = await createLiveSandbox(t);
  const socket = path.join(at.sandbox.root, 'redis.sock');
  const other = await createLiveSandbox(t, { unixSocket: socket, save: '3600 1' });
  t.is((await other.backup({ host: null, port: null, socket })).server?.save, 'bgsave');
});
