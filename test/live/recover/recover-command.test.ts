// The command `recover` as a person types it, on real servers.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { fieldGroups, sorted } from '../../cli/cli-documentation.js';
import { runCli } from '../../support/program/cli.js';
import { readTree } from '../../support/files/directory-tree.js';
import {
  answerAtTerminal,
  journalOf,
  keysOf,
  killAtStep,
  prepareRecovery,
  recordsOf,
  recover,
} from '../../support/redis/recover-stage.js';
import { redisUser } from '../../support/redis/servers/redis-user.js';
import {
  serverIn,
  startConfigured,
  withClient,
} from '../../support/redis/servers/unattended-server.js';

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
    const stage = await prepareRecovery(t, lines);
    const { server, repository } = stage;
    const done = await recover(stage, ['-r', 'now', '--yes']);
    t.is(done.code, 0, done.stderr);
    t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
    t.regex(done.stdout, /answers with 3 keys as of .* \(snapshot 1\)\n/);
    t.regex(done.stdout, line);
    t.true(done.stdout.endsWith(`redis-rewind recover --undo ${repository} -s ${server.socket}\n`));

    const listed = (await runCli(['list', '--json', repository])).json() as {
      snapshots: unknown[];
    };
    t.is(listed.snapshots.length, 2, 'what the server held before is a snapshot');

    const undone = await recover(stage, ['--undo', '--yes', '--json']);
    t.is(undone.code, 0, undone.stderr);
    t.like(undone.json(), { action: 'undo', outcome: 'undone', now: { keys: 3 } });
    t.deepEqual(await keysOf(server), ['a', 'c', 'later']);

    const again = await recover(stage, ['-r', '#2', '--yes', '--json']);
    t.is(again.code, 0, again.stderr);
    t.like(again.json(), { outcome: 'recovered', protocol, presentSnapshot: 3 });
    t.deepEqual(await keysOf(server), ['a', 'c', 'later'], 'snapshot 2 is what was there');

    const next = await runCli(['backup', '--json', '-s', server.socket, repository]);
    t.is(next.code, 0, next.stderr);
    const { notes } = next.json() as { notes: { kind: string; severity: string }[] };
    t.deepEqual(
      notes.map(({ kind, severity }) => `${severity} ${kind}`),
      ['info recovered', 'info left-out-socket'],
    );
  });
}

test.serial('--dry-run shows the plan and changes nothing', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { server, repository } = stage;
  const before = [await readTree(repository), await readTree(server.directory)];
  const processId = serverIn(server.directory);
  const planned = await recover(stage, ['-r', 'now', '--dry-run']);
  t.is(planned.code, 0, planned.stderr);
  t.regex(planned.stdout, /^recover Redis at /);
  t.regex(planned.stdout, /^present {2}is saved and backed up as a snapshot first$/m);
  t.deepEqual([await readTree(repository), await readTree(server.directory)], before);
  t.is(serverIn(server.directory), processId);
});

test.serial('without a terminal and without --yes nothing is begun', async (t) => {
  const stage = await prepareRecovery(t, []);
  const refused = await recover(stage, ['-r', 'now']);
  t.is(refused.code, 2);
  t.regex(refused.stderr, /nobody can be asked.*\nhint: .*--dry-run.*--yes/);
  t.false(existsSync(path.join(stage.repository, 'redis-rewind-data', 'recover')));
  t.deepEqual(await keysOf(stage.server), ['a', 'c', 'later']);
});

const STEPS = ['keep-present', 'stop', 'move-aside', 'place', 'start', 'check'];

for (const step of STEPS) {
  test.serial(
    `killed at ${step} and typed again, the recovery goes on; killed and undone, nothing is lost`,
    async (t) => {
      for (const [undo, lines] of [
        [false, ['appendonly yes']],
        [true, []],
      ] as const) {
        const stage = await prepareRecovery(t, lines);
        const { server } = stage;
        const journal = await killAtStep(stage, ['-r', 'now', '--yes'], step);
        t.false(journal.includes('"entry":"end"'), `killed too late: ${journal}`);
        const next = await recover(stage, undo ? ['--undo', '--yes'] : ['-r', 'now', '--yes']);
        t.is(next.code, 0, next.stderr);
        t.deepEqual(await keysOf(server), undo ? ['a', 'c', 'later'] : ['a', 'b', 'c'], step);
        if (undo) continue;
        const back = await recover(stage, ['--undo', '--yes']);
        t.is(back.code, 0, back.stderr);
        t.deepEqual(await keysOf(server), ['a', 'c', 'later'], step);
        t.deepEqual(recordsOf(server.directory), [], 'what was kept of the server is removed');
      }
    },
  );
}

test.serial('a killed recovery goes on with no other TIME, and says what to type', async (t) => {
  const stage = await prepareRecovery(t, []);
  await killAtStep(stage, ['-r', 'now', '--yes'], 'place');
  t.is(serverIn(stage.server.directory), null);
  const other = await recover(stage, ['-r', '#2', '--yes']);
  t.is(other.code, 2);
  t.regex(other.stderr, /was begun with -r 'now', and has not ended\nhint: .*-r '#1'.*--undo/);
  const same = await recover(stage, ['-r', '#1', '--yes']);
  t.is(same.code, 0, same.stderr);
  t.deepEqual(await keysOf(stage.server), ['a', 'b', 'c']);
});

for (const undo of [false, true]) {
  test.serial(
    `a server that a person starts after a kill is stopped again, then ${undo ? 'undone' : 'recovered'}`,
    async (t) => {
      const stage = await prepareRecovery(t, ['save 3600 1']);
      const { server } = stage;
      await killAtStep(stage, ['-r', 'now', '--yes'], 'place');
      await startConfigured(server, await redisUser());
      await withClient(server, async (client) => client.set('by-hand', '1'));
      const next = await recover(stage, undo ? ['--undo', '--yes'] : ['-r', 'now', '--yes']);
      t.is(next.code, 0, next.stderr);
      t.deepEqual(await keysOf(server), undo ? ['a', 'c', 'later'] : ['a', 'b', 'c']);
    },
  );
}

test.serial(
  '--discard-present takes no snapshot, and what is on the disk is put back by --undo',
  async (t) => {
    const stage = await prepareRecovery(t, []);
    const { server, repository } = stage;
    await withClient(server, async (client) => client.save());
    await withClient(server, async (client) => client.set('unsaved', '1'));
    const done = await recover(stage, ['-r', 'now', '--yes', '--discard-present', '--json']);
    t.is(done.code, 0, done.stderr);
    t.like(done.json(), { present: 'discarded', presentSnapshot: null });
    const listed = (await runCli(['list', '--json', repository])).json() as {
      snapshots: unknown[];
    };
    t.is(listed.snapshots.length, 1);
    await recover(stage, ['--undo', '--yes']);
    t.deepEqual(await keysOf(server), ['a', 'c', 'later']);
  },
);

test.serial(
  'what was written after the plan was shown is in the snapshot of the present',
  async (t) => {
    const stage = await prepareRecovery(t, []);
    const { server } = stage;
    await recover(stage, ['-r', 'now', '--dry-run']);
    await withClient(server, async (client) => client.set('last', '1'));
    await recover(stage, ['-r', 'now', '--yes']);
    const back = await recover(stage, ['-r', '#2', '--yes', '--discard-present']);
    t.is(back.code, 0, back.stderr);
    t.deepEqual(await keysOf(server), ['a', 'c', 'last', 'later']);
    t.regex(journalOf(stage), /"outcome":"recovered"/);
  },
);

test.serial('a server that may not save runs on, unless --discard-present is given', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { server } = stage;
  await withClient(server, async (client) => client.acl('SETUSER', 'default', '-bgsave', '-save'));
  const processId = serverIn(server.directory);
  const refused = await recover(stage, ['-r', 'now', '--yes']);
  t.is(refused.code, 30, refused.stdout);
  t.regex(
    refused.stderr,
    /hint: .*add --discard-present; nothing was changed, and the server runs as before; /,
  );
  t.is(serverIn(server.directory), processId);
  t.regex(journalOf(stage), /"outcome":"undone"/);
  const done = await recover(stage, ['-r', 'now', '--yes', '--discard-present']);
  t.is(done.code, 0, done.stderr);
  t.regex(
    done.stdout,
    /^note {5}.* changes since the server has saved its dump last will be lost/m,
  );
  t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
});

test.serial('--undo without what was there is refused', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { server } = stage;
  const done = await recover(stage, ['-r', 'now', '--yes', '--json']);
  const { aside } = done.json() as { aside: { folder: string } };
  renameSync(aside.folder, `${aside.folder}.gone`);
  const refused = await recover(stage, ['--undo', '--yes']);
  t.is(refused.code, 14, refused.stdout);
  t.regex(refused.stderr, /is no longer in '.*before-recover-.*\nhint: move it back there/);
  t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
  renameSync(`${aside.folder}.gone`, aside.folder);
  t.is((await recover(stage, ['--undo', '--yes'])).code, 0);
  const again = await recover(stage, ['--undo', '--yes']);
  t.is(again.code, 2);
  t.regex(again.stderr, /no recovery of the server .* is left to be undone/);
});

test.serial('a server that does not load what was placed is left, and undone', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { server } = stage;
  const configuration = readFileSync(server.configuration, 'utf8');
  writeFileSync(server.configuration, `${configuration}\nno-such-directive yes\n`);
  const failed = await recover(stage, ['-r', 'now', '--yes', '--wait-timeout', '5']);
  t.is(failed.code, 30, failed.stderr);
  t.regex(
    failed.stderr,
    /hint: .*the recovered files are in place, and what was there is in '.*'; to go on: .*-r now.*; to put back what was there: .*--undo/,
  );
  writeFileSync(server.configuration, configuration);
  t.is((await recover(stage, ['--undo', '--yes'])).code, 0);
  t.deepEqual(await keysOf(server), ['a', 'c', 'later']);
});

test.serial('a remark of the plan is read once', async (t) => {
  const stage = await prepareRecovery(t, ['appendonly yes']);
  const remark = /known only after loading: commands/g;
  for (const answer of ['n\n', 'y\n']) {
    const { text } = await answerAtTerminal(stage, ['-r', 'now'], answer);
    t.is(text.match(remark)?.length, 1, text);
  }
  const planned = await recover(stage, ['-r', 'now', '--dry-run', '-v']);
  t.is(`${planned.stdout}${planned.stderr}`.match(remark)?.length, 1);
});

test.serial('a person at a terminal is asked: no changes nothing, yes recovers', async (t) => {
  const stage = await prepareRecovery(t, []);
  const { server } = stage;
  const declined = await answerAtTerminal(stage, ['-r', 'now'], 'n\n');
  t.is(declined.code, 1, declined.text);
  t.regex(declined.text, /^recover Redis at [^]*go on\? \[y\/N\] [^]*nothing was changed/m);
  t.deepEqual(await keysOf(server), ['a', 'c', 'later']);
  t.is(journalOf(stage), '');
  const interrupted = await answerAtTerminal(stage, ['-r', 'now'], '\u0003');
  t.is(interrupted.code, 130, interrupted.text);
  t.regex(interrupted.text, /interrupted\r?\nhint: nothing was changed by this run/);
  const done = await answerAtTerminal(stage, ['-r', 'now'], 'y\n');
  t.is(done.code, 0, done.text);
  t.deepEqual(await keysOf(server), ['a', 'b', 'c']);
});

const [reportFields] = fieldGroups('recover');

test.serial('--json has the fields that are documented, alone on stdout', async (t) => {
  const stage = await prepareRecovery(t, []);
  for (const options of [
    ['-r', 'now', '--dry-run'],
    ['-r', 'now', '--yes'],
    ['--undo', '--yes'],
  ]) {
    const result = await recover(stage, [...options, '--json']);
    t.is(result.code, 0, result.stderr);
    t.deepEqual(sorted(Object.keys(result.json() as object)), sorted(reportFields ?? []));
  }
});
