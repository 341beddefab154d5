// What would leave a server stopped, or a person without a way back, is seen before the server is stopped. And a recovery that was
// given up before that raises no alarm.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import test from 'ava';
import { markRecovery } from '../../../src/repository/commit/recovery-mark.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { asRoot } from '../../support/program/as-root.js';
import { runCli, succeedCli } from '../../support/program/cli.js';
import {
  journalOf,
  keysOf,
  killAtStep,
  prepareRecovery,
  recover,
} from '../../support/redis/recover-stage.js';
import { type ChangedServer, changedServer } from '../../support/redis/recovered-server.js';
import { redisUser } from '../../support/redis/servers/redis-user.js';
import { serverIn, withClient } from '../../support/redis/servers/unattended-server.js';

const MEGABYTE = 1024 * 1024;

/** Snapshot 2 needs six megabytes, on a file system of sixteen. */
async function smallDisk(t: Parameters<typeof changedServer>[0]): Promise<ChangedServer> {
  const owner = await redisUser();
  const stage = await changedServer(t, [], async (directory) => {
    const as = owner === undefined ? '' : `,uid=${owner.uid},gid=${owner.gid}`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=16m${as}`, 'tmpfs', directory]);
    t.teardown(() => {
      execFileSync('umount', ['-l', directory]);
    });
  });
  const { server, repository } = stage;
  await withClient(server, async (client) => client.set('large', randomBytes(6 * MEGABYTE)));
  await succeedCli(['backup', '-s', server.socket, repository]);
  await withClient(server, async (client) => client.del('large'));
  return stage;
}

asRoot('without room for the files of the snapshot the server is not stopped', async (t) => {
  const stage = await smallDisk(t);
  const { server } = stage;
  const processId = serverIn(server.directory);
  const filler = path.join(server.directory, 'filler');
  writeFileSync(filler, Buffer.alloc(12 * MEGABYTE));
  for (const options of [['--dry-run'], ['--yes'], ['--yes', '--discard-present']]) {
    const refused = await recover(stage, ['-r', '#2', ...options]);
    t.is(refused.code, 1, refused.stdout);
    t.regex(refused.stderr, /not enough space for .*: 6\.\d MiB are needed/);
    t.is(serverIn(server.directory), processId);
    t.is(journalOf(stage), '');
  }
  rmSync(filler);
  const done = await recover(stage, ['-r', '#2', '--yes']);
  t.is(done.code, 0, done.stderr);
  t.true((await keysOf(server)).includes('large'));
});

asRoot(
  'a repository that has become read-only is recovered from, and that is undone',
  async (t) => {
    const stage = await prepareRecovery(t, []);
    const { server, repository } = stage;
    t.is((await recover(stage, ['-r', '#1', '--yes'])).code, 0);
    t.is((await recover(stage, ['--undo', '--yes'])).code, 0);
    execFileSync('mount', ['--bind', repository, repository]);
    t.teardown(() => {
      execFileSync('umount', ['-l', repository]);
    });
    execFileSync('mount', ['-o', 'remount,bind,ro', repository]);
    const refused = await recover(stage, ['-r', '#1', '--yes']);
    t.is(refused.code, 2, refused.stderr);
    t.regex(refused.stderr, /cannot be written.*\nhint: .*--discard-present/);
    const done = await recover(stage, ['-r', '#1', '--yes', '--discard-present']);
    t.is(done.code, 0, done.stderr);
    t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
    const undone = await recover(stage, ['--undo', '--yes']);
    t.is(undone.code, 0, undone.stderr);
    t.deepEqual(await keysOf(server), ['a', 'c', 'later']);
  },
);

test.serial(
  'a recovery that was killed before the stop raises no alarm once it is begun anew',
  async (t) => {
    const stage = await prepareRecovery(t, []);
    const { server, repository } = stage;
    await killAtStep(stage, ['-r', 'now', '--yes'], 'keep-present');
    const [recoveryId = ''] = readdirSync(path.join(repository, 'redis-rewind-data', 'recover'));
    const mark = path.join(repository, 'redis-rewind-data', 'recovered');
    // As a kill a moment later leaves it.
    if (!existsSync(mark)) {
      const { host, source } = (
        (await runCli(['list', '--json', repository])).json() as {
          snapshots: { host: string; source: string }[];
        }
      ).snapshots[0] ?? { host: '', source: '' };
      markRecovery(new RealFileSystem(), pathFromText(repository), {
        recoveryId,
        snapshotId: 1,
        isFromArchive: false,
        state: 'begun',
        host,
        source: pathFromText(source),
      });
    }
    const done = await recover(stage, ['-r', '#1', '--yes']);
    t.is(done.code, 0, done.stderr);
    t.notRegex(done.stderr, /has not ended/);
    t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
  },
);

test.serial('--undo names a journal that cannot be read', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { repository, server } = stage;
  t.is((await recover(stage, ['-r', 'now', '--yes'])).code, 0);
  const recoveries = path.join(repository, 'redis-rewind-data', 'recover');
  const [id = ''] = readdirSync(recoveries);
  writeFileSync(path.join(recoveries, id, 'steps'), `${journalOf(stage)}damage\n`);
  const refused = await recover(stage, ['--undo', '--yes']);
  t.is(refused.code, 2);
  t.regex(
    refused.stderr,
    new RegExp(
      `not every journal can be read\nhint: .*${id}.*passed over|not every journal can be read\nhint: .*passed over.*${id}`,
    ),
  );
  t.true(refused.stderr.includes(`${server.directory}.before-recover-`));
});

test.serial(
  'a server whose next start would load other files is refused while it runs on',
  async (t) => {
    const stage = await prepareRecovery(t, ['enable-protected-configs yes']);
    const { server } = stage;
    const processId = serverIn(server.directory);
    await withClient(server, async (client) => client.config('SET', 'dbfilename', 'other.rdb'));
    const otherName = await recover(stage, ['-r', 'now', '--yes']);
    t.is(otherName.code, 2, otherName.stdout);
    t.regex(
      otherName.stderr,
      /has another dbfilename than its configuration file .*\nhint: .*CONFIG REWRITE/,
    );
    await withClient(server, async (client) => client.config('SET', 'dbfilename', 'dump.rdb'));
    await withClient(server, async (client) => client.config('SET', 'appendonly', 'yes'));
    const otherMode = await recover(stage, ['-r', 'now', '--yes']);
    t.is(otherMode.code, 2, otherMode.stdout);
    t.regex(
      otherMode.stderr,
      /is not known whether .* starts with its append-only file on\nhint: .*CONFIG REWRITE/,
    );
    t.is(serverIn(server.directory), processId);
    t.deepEqual(await keysOf(server), ['a', 'c', 'later']);
    await withClient(server, async (client) => client.config('SET', 'dbfilename', 'other.rdb'));
    appendFileSync(server.configuration, '\ndbfilename other.rdb\nappendonly yes\n');
    const done = await recover(stage, ['-r', 'now', '--yes']);
    t.is(done.code, 0, done.stderr);
    t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
  },
);
