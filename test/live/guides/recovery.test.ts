// Every command of docs/recovery.md, typed as it stands there, on a machine with Debian's redis-server.
import test, { type ExecutionContext } from 'ava';

import { isRoot } from '../../support/program/is-root.js';
import { until } from '../../support/program/until.js';
import { DebianMachine, type MachineOptions } from '../../support/machine/debian-machine.js';
import { commandsOf } from '../../support/machine/document.js';

// Each test has a machine of its own, which needs root.
const asRoot = isRoot ? test.serial : test.skip;
const guide = commandsOf('docs/recovery.md');
const tried = new Set<string>();

/** The blocks of a section, for a test that runs all of them. */
function blocksOf(title: string, count: number): readonly string[] {
  const blocks = guide.get(title) ?? [];
  if (blocks.length !== count) throw new Error(`'${title}' has ${blocks.length} blocks`);
  tried.add(title);
  return blocks;
}

/** A machine with a backup of one key, and a server that has lost it since. */
async function prepare(t: ExecutionContext, options: MachineOptions = {}): Promise<DebianMachine> {
  const machine = await DebianMachine.create(t, options);
  await machine.succeed(`systemctl start redis-server
    redis-cli set shapes:triangles 3
    redis-rewind backup --redis redis://127.0.0.1:6379 /srv/backups/redis
    redis-cli flushall
    redis-cli set later 1`);
  return machine;
}

async function keysOf(machine: DebianMachine): Promise<string[]> {
  await until(async () => (await machine.run('redis-cli ping')).output.includes('PONG'));
  return (await machine.succeed('redis-cli keys "*"')).split('\n').filter(Boolean).toSorted();
}

/** The server goes on with its AOF, and loses nothing that is written from now on. */
async function keepsWriting(t: ExecutionContext, machine: DebianMachine): Promise<void> {
  const before = await keysOf(machine);
  await machine.succeed(`redis-cli set after 1
    until redis-cli info persistence | grep -q aof_pending_bio_fsync:0; do sleep 0.1; done
    kill -9 "$(cat /run/redis/redis-server.pid)"
    while redis-cli ping; do sleep 0.1; done
    systemctl start redis-server`);
  t.deepEqual(await keysOf(machine), [...before, 'after'].toSorted());
}

for (const appendOnly of [false, true]) {
  asRoot(`the short way, with the append-only file ${appendOnly ? 'on' : 'off'}`, async (t) => {
    const [list = '', dryRun = '', recover = '', look = '', undo = ''] = blocksOf(
      'The short way',
      5,
    );
    const machine = await prepare(t, { appendOnly });
    t.regex(await machine.succeed(list), /^ 1 /m);
    t.regex(await machine.succeed(dryRun), /^keys /m);
    t.deepEqual(await keysOf(machine), ['later']);

    const done = await machine.runAtTerminal(recover);
    t.is(done.code, 0, done.output);
    t.regex(done.output, /go on\? \[y\/N\] y/);
    t.deepEqual(await keysOf(machine), ['shapes:triangles']);
    t.regex(await machine.succeed(look), /db0:keys=1[^]*\n3\n/);
    if (appendOnly) await keepsWriting(t, machine);

    const undone = await machine.runAtTerminal(undo);
    t.is(undone.code, 0, undone.output);
    t.deepEqual(await keysOf(machine), ['later']);
  });
}

asRoot('a server that does not run is brought back by its configuration file', async (t) => {
  const [recover = ''] = blocksOf('The server does not run', 1);
  const machine = await prepare(t);
  await machine.succeed('systemctl stop redis-server');
  const done = await machine.runAtTerminal(recover);
  t.is(done.code, 0, done.output);
  t.deepEqual(await keysOf(machine), ['shapes:triangles']);
});

asRoot('the dump is taken where the append-only file has what did the harm', async (t) => {
  const [recover = ''] = blocksOf('The dump and not the append-only file', 1);
  const machine = await DebianMachine.create(t, { appendOnly: true });
  await machine.succeed(`systemctl start redis-server
    redis-cli set shapes:triangles 3
    redis-cli save
    redis-cli del shapes:triangles
    redis-cli set later 1
    redis-rewind backup /var/lib/redis /srv/backups/redis`);
  const done = await machine.runAtTerminal(recover);
  t.is(done.code, 0, done.output);
  t.deepEqual(await keysOf(machine), ['shapes:triangles']);
  await keepsWriting(t, machine);
});

asRoot('a primary with a replica and a Sentinel is recovered, and both follow it', async (t) => {
  const [forget = '', recover = ''] = blocksOf('Replicas and Sentinels', 2);
  const machine = await prepare(t);
  await machine.succeed(`mkdir /var/lib/replica /var/lib/sentinel
    redis-server --port 6380 --dir /var/lib/replica --replicaof 127.0.0.1 6379 --daemonize yes \
      --logfile /var/lib/replica/log
    printf '%s\\n' 'port 26379' 'daemonize yes' 'dir /var/lib/sentinel' \
      'sentinel monitor mymaster 127.0.0.1 6379 1' > /var/lib/sentinel/sentinel.conf
    redis-server /var/lib/sentinel/sentinel.conf --sentinel
    until redis-cli -p 26379 sentinel replicas mymaster | grep -q 6380; do sleep 0.1; done
    until redis-cli -p 6380 info replication | grep -q master_link_status:up; do sleep 0.1; done
    until redis-cli pubsub numsub __sentinel__:hello | grep -qx '[1-9]'; do sleep 0.1; done`);
  const [command = ''] = recover.split('\n');
  const refused = await machine.run(`${command} --yes`);
  t.is(refused.code, 30, refused.output);
  t.deepEqual(await keysOf(machine), ['later']);

  await machine.succeed(forget);
  const done = await machine.runAtTerminal(recover);
  t.is(done.code, 0, done.output);
  t.deepEqual(await keysOf(machine), ['shapes:triangles']);
  await machine.succeed(`until redis-cli -p 6380 get shapes:triangles | grep -qx 3; do sleep 0.1; done
    redis-cli -p 26379 sentinel get-master-addr-by-name mymaster | grep -qx 6379`);
});

asRoot('by hand, with the append-only file off', async (t) => {
  const [stop = '', place = '', look = '', back = ''] = blocksOf(
    'By hand, the append-only file is off',
    4,
  );
  const machine = await prepare(t);
  t.regex(await machine.succeed(stop), /gone/);
  await machine.succeed(place);
  t.deepEqual(await keysOf(machine), ['shapes:triangles']);
  t.regex(await machine.succeed(look), /loading:0[^]*db0:keys=1/);
  await machine.succeed(back);
  t.deepEqual(await keysOf(machine), ['later']);
});

asRoot('by hand, with the append-only file on', async (t) => {
  const [stop = '', copy = '', dump = ''] = blocksOf('By hand, the append-only file is on', 3);
  const machine = await prepare(t, { appendOnly: true });
  t.regex(await machine.succeed(stop), /gone/);
  await machine.succeed(copy);
  t.deepEqual(await keysOf(machine), ['shapes:triangles']);
  await keepsWriting(t, machine);
  await machine.succeed(dump);
  t.deepEqual(await keysOf(machine), ['shapes:triangles']);
  await keepsWriting(t, machine);
});

asRoot('by hand, an older night is rebuilt, whatever its file is made from', async (t) => {
  const [list = '', rebuild = ''] = blocksOf('By hand, an older night', 2);
  const machine = await prepare(t, { lines: ['enable-debug-command local'] });
  await machine.succeed(`redis-cli debug populate 20000 key 40
    redis-cli save
    cp /var/lib/redis/dump.rdb /var/tmp/second.rdb`);
  for (let night = 2; night < 6; night += 1) {
    await machine.succeed(`redis-cli set night ${night}
      redis-rewind backup --redis redis://127.0.0.1:6379 /srv/backups/redis`);
  }
  t.regex(await machine.succeed(list), /^5\|/m);
  // Snapshot 1 is a full copy, and 2 is made from 3, 4 and 5.
  for (const [night, keys] of [
    [1, 1],
    [2, 20_002],
  ] as const) {
    const typed = rebuild.replaceAll('<= 1', `<= ${night}`).replaceAll('>= 1', `>= ${night}`);
    t.regex(await machine.succeed(`rm -rf /var/tmp/rebuilt; ${typed}`), /dump\.rdb: OK/);
    const found = await machine.succeed('redis-check-rdb /var/tmp/rebuilt/dump.rdb');
    t.regex(found, new RegExp(`${keys} keys read`));
  }
});

asRoot('every command of the guide is run by one of these tests', (t) => {
  t.deepEqual([...guide.keys()].toSorted(), [...tried].toSorted());
});
