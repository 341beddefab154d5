// The command `recover` as a person types it, on real servers.
import { existsSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { type CliResult, runCli } from '../../support/program/cli.js';
import { readTree } from '../../support/files/directory-tree.js';
import { redisUser } from '../../support/redis/servers/redis-user.js';
import {
  type ConfiguredServer,
  configureServer,
  serverIn,
  startConfigured,
  withClient,
} from '../../support/redis/servers/unattended-server.js';

interface Stage {
  readonly server: ConfiguredServer;
  readonly repository: string;
}

/** Snapshot 1 has the keys a, b and c. The server has a, c and `later`. */
async function prepare(t: ExecutionContext, lines: readonly string[]): Promise<Stage> {
  const root = await temporaryDirectory(t);
  const owner = await redisUser();
  const server = await configureServer(t, { root, owner, lines });
  const repository = path.join(root, 'repository');
  await startConfigured(server, owner);
  await withClient(server, async (client) => client.mset({ a: '1', b: '2', c: '3' }));
  const backup = await runCli(['backup', '-s', server.socket, repository]);
  if (backup.code !== 0) throw new Error(backup.stderr);
  await withClient(server, async (client) => client.multi().del('b').set('later', '1').exec());
  return { server, repository };
}

async function keysOf(server: ConfiguredServer): Promise<string[]> {
  return withClient(server, async (client) => (await client.keys('*')).toSorted());
}

function recover({ server, repository }: Stage, ...options: readonly string[]): Promise<CliResult> {
  return runCli(['recover', ...options, repository, '-s', server.socket]);
}

const AOF_STATES = [
  { title: 'AOF off', lines: [], line: /append-only file is off/, protocol: 'rdb-plain' },
  {
    title: 'AOF on',
    lines: ['appendonly yes'],
    line: /append-only file is on/,
    protocol: 'aof-set',
  },
];

for (const { title, lines, line, protocol } of AOF_STATES) {
  test.serial(`a server is brought back and undone by the command: ${title}`, async (t) => {
    const stage = await prepare(t, lines);
    const { server, repository } = stage;
    const done = await recover(stage, '-r', 'now', '--yes');
    t.is(done.code, 0, done.stderr);
    t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
    t.regex(done.stdout, /answers with 3 keys as of .* \(snapshot 1\)\n/);
    t.regex(done.stdout, line);
    t.true(done.stdout.endsWith(`redis-rewind recover --undo ${repository} -s ${server.socket}\n`));

    const listed = (await runCli(['list', '--json', repository])).json() as {
      snapshots: unknown[];
    };
    t.is(listed.snapshots.length, 2, 'what the server held before is a snapshot');

    const undone = await recover(stage, '--undo', '--yes', '--json');
    t.is(undone.code, 0, undone.stderr);
    t.like(undone.json(), { action: 'undo', outcome: 'undone', now: { keys: 3 } });
    t.deepEqual(await keysOf(server), ['a', 'c', 'later']);

    const again = await recover(stage, '-r', '#2', '--yes', '--json');
    t.is(again.code, 0, again.stderr);
    t.like(again.json(), { outcome: 'recovered', protocol, presentSnapshot: 3 });
    t.deepEqual(await keysOf(server), ['a', 'c', 'later'], 'snapshot 2 is what was there');
  });
}

test.serial('--dry-run shows the plan and changes nothing', async (t) => {
  const stage = await prepare(t, []);
  const { server, repository } = stage;
  const before = [await readTree(repository), await readTree(server.directory)];
  const processId = serverIn(server.directory);
  const planned = await recover(stage, '-r', 'now', '--dry-run');
  t.is(planned.code, 0, planned.stderr);
  t.regex(planned.stdout, /^recover Redis at /);
  t.regex(planned.stdout, /^present {2}is saved and backed up as a snapshot first$/m);
  t.deepEqual([await readTree(repository), await readTree(server.directory)], before);
  t.is(serverIn(server.directory), processId);
});

test.serial('without a terminal and without --yes nothing is begun', async (t) => {
  const stage = await prepare(t, []);
  const refused = await recover(stage, '-r', 'now');
  t.is(refused.code, 2);
  t.regex(refused.stderr, /nobody can be asked.*\nhint: .*--dry-run.*--yes/);
  t.false(existsSync(path.join(stage.repository, 'redis-rewind-data', 'recover')));
  t.deepEqual(await keysOf(stage.server), ['a', 'c', 'later']);
});
