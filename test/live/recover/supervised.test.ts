// The command `recover` on a machine as Debian sets it up: a server that systemd keeps running (Restart=always, by a stand-in that
// reads the real unit), one that the real script of /etc/init.d starts, and one that something starts again behind our back.
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import test from 'ava';

import { readTree } from '../../support/files/directory-tree.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { asRoot } from '../../support/program/as-root.js';
import { runCli } from '../../support/program/cli.js';
import { until } from '../../support/program/until.js';
import {
  type SupervisedMachine,
  makeSupervisedMachine,
} from '../../support/redis/servers/supervised-machine.js';
import { forgetRecords } from '../../support/redis/recover-stage.js';
import {
  type ConfiguredServer,
  configureServer,
  serverIn,
  withClient,
} from '../../support/redis/servers/unattended-server.js';

async function answers(server: ConfiguredServer): Promise<boolean> {
  return withClient(server, (client) => client.ping()).then(
    () => true,
    () => false,
  );
}

async function keysOf(server: ConfiguredServer): Promise<string[]> {
  return withClient(server, async (client) => (await client.keys('*')).toSorted());
}

async function succeed(
  t: ExecutionContext,
  work: ReturnType<SupervisedMachine['run']>,
): Promise<string> {
  const { code, stdout, stderr } = await work;
  t.is(code, 0, stderr);
  return stdout;
}

const MACHINES = [
  {
    init: 'systemd',
    start: 'systemctl start redis-server.service',
    stop: 'systemctl stop redis-server.service',
  },
  { init: 'service', start: 'service redis-server start', stop: 'service redis-server stop' },
] as const;

for (const { init, start, stop } of MACHINES) {
  asRoot(
    `${init} stops and starts the server, which keeps its AOF on; and it starts one that does not run`,
    async (t) => {
      const machine = await makeSupervisedMachine(t, ['appendonly yes', 'save 3600 1'], init);
      const { server, repository } = machine;
      await succeed(t, machine.run(...start.split(' ')));
      await until(async () => answers(server));
      await withClient(server, (client) => client.mset({ a: '1', b: '2', c: '3' }));
      const named = ['-s', '/var/lib/redis/redis.sock'];
      await succeed(t, machine.rewind('backup', repository, ...named));
      await withClient(server, (client) => client.multi().del('b').set('later', '1').exec());

      const report = await succeed(
        t,
        machine.rewind('recover', '-r', 'now', '--yes', '--json', repository, ...named),
      );
      t.like(JSON.parse(report), {
        stop,
        start,
        now: { keys: 3, isAofOn: true },
        presentSnapshot: 2,
      });
      t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
      const { uid } = statSync(server.directory);
      const folder = path.join(server.directory, 'appendonlydir');
      t.is(statSync(folder).uid, uid);
      await succeed(
        t,
        machine.run('redis-check-aof', '/var/lib/redis/appendonlydir/appendonly.aof.manifest'),
      );

      await withClient(server, (client) => client.set('after', '1'));
      await succeed(t, machine.run(...stop.split(' ')));
      t.is(serverIn(server.directory), null);
      const files = ['--data-dir', '/var/lib/redis'];
      const undone = await succeed(
        t,
        machine.rewind('recover', '--undo', '--yes', '--json', repository, ...files),
      );
      t.like(JSON.parse(undone), { outcome: 'undone', stop, start, now: { keys: 3 } });
      t.deepEqual(await keysOf(server), ['a', 'c', 'later']);

      await succeed(t, machine.run(...stop.split(' ')));
      const again = await succeed(
        t,
        machine.rewind('recover', '-r', '#1', '--yes', '--json', repository, ...files),
      );
      t.like(JSON.parse(again), {
        outcome: 'recovered',
        stop,
        start,
        present: 'not-running',
        now: { keys: 3 },
      });
      t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
    },
  );
}

asRoot(
  "the stand-in behaves as Debian's unit: after SHUTDOWN and a crash the server is back, after stop it is not",
  async (t) => {
    const machine = await makeSupervisedMachine(t, [], 'systemd');
    const { server } = machine;
    await succeed(t, machine.run('systemctl', 'start', 'redis-server'));
    t.true(await answers(server), 'it has told that it is ready');
    const seen = new Set([serverIn(server.directory)]);
    for (const end of ['shutdown', 'kill'] as const) {
      const former = serverIn(server.directory);
      if (end === 'kill') process.kill(former ?? 0, 'SIGKILL');
      else await machine.run('redis-cli', '-s', server.socket, 'shutdown', 'nosave');
      await until(async () => serverIn(server.directory) !== former && (await answers(server)));
      seen.add(serverIn(server.directory));
    }
    t.is(seen.size, 3);
    await succeed(t, machine.run('systemctl', 'stop', 'redis-server'));
    t.is(serverIn(server.directory), null);
    t.is((await machine.run('systemctl', 'is-active', 'redis-server')).code, 3);
  },
);

asRoot(
  'a unit that cannot start the server is named, and the same command goes on once that is mended',
  async (t) => {
    const machine = await makeSupervisedMachine(t, [], 'systemd');
    const { server, repository } = machine;
    await succeed(t, machine.run('systemctl', 'start', 'redis-server'));
    await withClient(server, (client) => client.mset({ a: '1', b: '2' }));
    const named = [repository, '--redis-conf', '/etc/redis/redis.conf'];
    await succeed(t, machine.rewind('backup', repository, '-s', '/var/lib/redis/redis.sock'));
    const text = await readFile(server.configuration, 'utf8');
    await writeFile(server.configuration, `${text}maxmemory-policy no-such-policy\n`);
    const broken = await machine.rewind('recover', '-r', 'now', '--yes', ...named);
    t.is(broken.code, 30, broken.stdout);
    t.regex(
      broken.stderr,
      /'systemctl start -- redis-server\.service' could not start the server: Job for .*\nhint: .*the recovered files are in place.*--undo/,
    );
    await writeFile(server.configuration, text);
    const report = await succeed(
      t,
      machine.rewind('recover', '-r', 'now', '--yes', '--json', ...named),
    );
    t.like(JSON.parse(report), { outcome: 'recovered', isContinued: true, now: { keys: 2 } });
  },
);

test('a server that something starts again behind our back is noticed before a file is moved, and commands help', async (t) => {
  const root = await temporaryDirectory(t);
  const server = await configureServer(t, { root });
  const repository = path.join(root, 'repository');
  t.teardown(async () => forgetRecords(server.directory));
  const down = path.join(root, 'down');
  const loop = 'while :; do [ -e "$1" ] || redis-server "$0"; sleep 0.3; done';
  const supervisor = spawn('/bin/sh', ['-c', loop, server.configuration, down], {
    stdio: 'ignore',
  });
  t.teardown(async () => {
    supervisor.kill('SIGKILL');
  });
  await until(async () => answers(server));
  await withClient(server, (client) => client.mset({ a: '1', b: '2' }));
  const named = [repository, '-s', server.socket];
  t.is((await runCli(['backup', ...named])).code, 0);
  await withClient(server, (client) => client.set('later', '1'));

  const noticed = await runCli(['recover', '-r', 'now', '--yes', ...named]);
  t.is(noticed.code, 30, noticed.stdout);
  t.regex(
    noticed.stderr,
    /something has started it again \(process \d+\)\nhint: .*--stop-cmd COMMAND --start-cmd COMMAND.*no file was moved/,
  );
  const tree = await readTree(root);
  t.false(
    Object.keys(tree).some((name) => name.includes('before-recover')),
    Object.keys(tree).join(' '),
  );
  await until(async () => answers(server));

  const commands = [
    '--stop-cmd',
    `touch ${down}; redis-cli -s ${server.socket} shutdown`,
    '--start-cmd',
    `rm ${down}`,
  ];
  const done = await runCli(['recover', '-r', '#1', '--yes', '--json', ...named, ...commands]);
  t.is(done.code, 0, done.stderr);
  t.like(done.json(), { outcome: 'recovered', now: { keys: 2 } });
});
