// Replicas: one that is connected is backed up as any server, one that has lost its primary is not, unless
// its files are wanted as they are. A socket in place of a port.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { ServerError } from '../../src/errors.js';
import { runCli } from '../support/cli.js';
import { type LivePlace, createLivePlace } from '../support/live-place.js';

async function untilLink({ server }: LivePlace, state: 'up' | 'down'): Promise<void> {
  const wanted = `master_link_status:${state}`;
  while (!(await server.client.info('replication')).includes(wanted)) await delay(20);
}

test('a replica is backed up as long as it has its primary', async (t) => {
  const primary = await createLivePlace(t, { settings: { 'repl-diskless-sync-delay': '0' } });
  const replica = await createLivePlace(t, { save: '3600 1' });
  await primary.server.client.set('key', 'value');
  await replica.server.client.replicaof('127.0.0.1', primary.server.port);
  await untilLink(replica, 'up');
  await primary.server.client.set('key', 'changed');
  while ((await replica.server.client.get('key')) !== 'changed') await delay(20);
  const { server } = await replica.backup();
  t.is(server?.role, 'replica');
  t.true((server?.replicationOffset ?? 0) > 0);
  t.deepEqual(server?.databases, [{ database: 0, keys: 1, expiringKeys: 0 }]);
  await primary.server.kill();
  await untilLink(replica, 'down');
  const error = await t.throwsAsync(replica.backup(), { instanceOf: ServerError });
  t.regex(error?.message ?? '', /is a replica that has lost its primary/);
  await replica.server.client.config('SET', 'replica-serve-stale-data', 'no');
  await t.throwsAsync(replica.backup(), { message: /is a replica that has lost its primary/ });
  t.is((await replica.backup({ save: 'none' })).server?.save, 'none');
});

test('a Sentinel is told from a server', async (t) => {
  const at = await createLivePlace(t);
  const conf = path.join(at.place.root, 'sentinel.conf');
  await writeFile(conf, `sentinel monitor mymaster 127.0.0.1 ${at.server.port} 1\n`);
  // The port beside the server's is as likely to be free as any.
  const port = String(at.server.port + 1);
  const args = [conf, '--sentinel', '--port', port, '--dir', at.place.root];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  t.teardown(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  });
  for (;;) {
    const { code, stderr } = await runCli(['backup', '-p', port, at.place.repository]);
    t.is(code, 30, stderr);
    if (/connection refused/.test(stderr)) continue;
    t.regex(stderr, /is a Sentinel, and no server\nhint: 'SENTINEL GET-MASTER-ADDR-BY-NAME/);
    return;
  }
});

test('a dump that was a link is replaced by the save, as Redis does it', async (t) => {
  const at = await createLivePlace(t, { save: '3600 1' });
  await symlink('/nowhere/dump.rdb', path.join(at.place.source, 'dump.rdb'));
  t.is((await at.backup()).server?.save, 'bgsave');
});

test('a server is reached by its socket', async (t) => {
  const at = await createLivePlace(t);
  const socket = path.join(at.place.root, 'redis.sock');
  const other = await createLivePlace(t, { unixSocket: socket, save: '3600 1' });
  t.is((await other.backup({ host: null, port: null, socket })).server?.save, 'bgsave');
});
