// The move to a new server, as the README tells it: typed on two machines, with a real sshd between them. The redis user has
// other numbers on the new one.
import { lstatSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { asRoot } from '../../support/program/as-root.js';
import { DebianMachine } from '../../support/machine/debian-machine.js';
import { commandsOf } from '../../support/machine/document.js';

const TITLE = 'The move to a new server';
const PORT = 2222;
const OWNER = { uid: 54_321, gid: 54_322 };

/** `ssh root@new-server` works on the old machine from then on. */
async function connect(older: DebianMachine, newer: DebianMachine): Promise<void> {
  await older.succeed('mkdir -m 700 /root/.ssh && ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/id');
  const key = await older.succeed('cat /root/.ssh/id.pub');
  await newer.succeed(
    'mkdir -m 700 /root/.ssh /run/sshd && ssh-keygen -q -t ed25519 -N "" -f /run/host',
  );
  await writeFile(newer.at('/root/.ssh/authorized_keys'), key, { mode: 0o600 });
  const settings = [
    `ListenAddress 127.0.0.1:${PORT}`,
    'HostKey /run/host',
    'PidFile none',
    'UsePAM no',
    'Subsystem sftp internal-sftp',
  ];
  await writeFile(newer.at('/run/sshd_config'), `${settings.join('\n')}\n`);
  newer.startFor(older, ['/usr/sbin/sshd', '-D', '-f', '/run/sshd_config']);
  const host = [
    'Host new-server',
    'HostName 127.0.0.1',
    `Port ${PORT}`,
    'IdentityFile /root/.ssh/id',
    'StrictHostKeyChecking accept-new',
    'UserKnownHostsFile /root/.ssh/known_hosts',
    'LogLevel ERROR',
  ];
  await writeFile(older.at('/root/.ssh/config'), `${host.join('\n')}\n`, { mode: 0o600 });
  await older.succeed('until ssh root@new-server true; do sleep 0.1; done');
}

for (const appendOnly of [false, true]) {
  asRoot(`a server moves, with the append-only file ${appendOnly ? 'on' : 'off'}`, async (t) => {
    const onOld = commandsOf('README.md', 'old-server').get(TITLE) ?? [];
    const onNew = commandsOf('README.md', 'new-server').get(TITLE) ?? [];
    const [backup = '', copy = ''] = onOld;
    const [settings = '', recover = '', look = ''] = onNew;
    t.deepEqual([onOld.length, onNew.length], [2, 3]);
    const older = await DebianMachine.create(t, { appendOnly, lines: ['hz 11'] });
    const newer = await DebianMachine.create(t, { owner: OWNER });
    await connect(older, newer);
    await older.succeed(`systemctl start redis-server
      redis-cli mset shapes:triangles 3 shapes:squares 4`);
    await older.succeed(backup);
    await older.succeed(copy);

    // The copy is whole, and what scp has lost is named. It is put back from the catalog.
    const verified = await newer.run('redis-rewind verify -v /srv/backups/redis');
    t.is(verified.code, 0, verified.output);
    t.regex(verified.output, /: no problem$/m);
    t.regex(verified.output, /^redis-rewind: note: .*owner/m);
    // Exit 3: the redis user of this machine has other numbers.
    const restored = await newer.run(
      'redis-rewind restore /srv/backups/redis/dump.rdb /root/dump.rdb',
    );
    t.is(restored.code, 3, restored.output);
    t.regex(
      restored.output,
      /warning: 'dump\.rdb' was given to \d+:\d+, but redis:redis has other/,
    );
    const here = lstatSync(newer.at('/root/dump.rdb'));
    const there = lstatSync(older.at('/var/lib/redis/dump.rdb'));
    t.deepEqual([here.uid, here.gid], [there.uid, there.gid]);
    t.not(lstatSync(newer.at('/srv/backups/redis/dump.rdb')).uid, there.uid);

    // As Debian does when the package is installed.
    await newer.succeed('systemctl start redis-server');
    const difference = await newer.run(settings);
    t.is(difference.code, 1, difference.output);
    t.regex(difference.output, /^< hz 11$/m);
    if (appendOnly) {
      await newer.succeed("sed -i 's/^appendonly no/appendonly yes/' /etc/redis/redis.conf");
    }
    const done = await newer.runAtTerminal(recover);
    t.is(done.code, 0, done.output);
    t.regex(done.output, /the snapshot also has '\/etc\/redis\/redis\.conf'/);
    t.regex(await newer.succeed(look), /db0:keys=2,/);
    t.is(await newer.succeed('redis-cli get shapes:triangles'), '3\n');
    const placed = lstatSync(
      newer.at(`/var/lib/redis/${appendOnly ? 'appendonlydir' : 'dump.rdb'}`),
    );
    t.deepEqual([placed.uid, placed.gid], [OWNER.uid, OWNER.gid]);

    // It goes on there: it saves, is backed up, and keeps what is written.
    await newer.succeed(`redis-cli set later 1
      redis-cli save
      redis-rewind backup --redis redis://127.0.0.1:6379 /srv/backups/redis
      systemctl stop redis-server
      systemctl start redis-server`);
    t.is(await newer.succeed('redis-cli dbsize'), '3\n');
  });
}
